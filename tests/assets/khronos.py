"""Ask Khronos' own validator about a glTF file."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from patience import DEADLINE_S
from shared import PROJECT

WEB = PROJECT / "web"
_ERROR, _WARNING = 0, 1
_SCRIPT = """
const { validateBytes } = require("gltf-validator");
const bytes = new Uint8Array(require("fs").readFileSync(process.argv[1]));
validateBytes(bytes, { maxIssues: 0 }).then((report) => console.log(JSON.stringify(report.issues.messages)));
"""


def complaints(path: Path) -> list[str]:
    """Return what the validator calls an error or a warning; skip the test where Node or the validator is missing."""
    node = shutil.which("node")
    if node is None or not (WEB / "node_modules" / "gltf-validator").is_dir():
        pytest.skip("needs Node.js and the page's packages: run npm ci in web/")
    command = [node, "--input-type=commonjs", "-e", _SCRIPT, str(path.resolve())]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=10 * DEADLINE_S, check=False)
    assert done.returncode == 0, done.stderr
    messages: list[dict[str, Any]] = json.loads(done.stdout)
    return [
        f"{message['code']} at {message.get('pointer', '?')}: {message['message']}"
        for message in messages
        if message["severity"] in (_ERROR, _WARNING)
    ]
