"""Look at everything that a show needs on this machine and say in sentences what to do about what is missing."""

import contextlib
import importlib.metadata
import ipaddress
import platform
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec

from avatar_live.app.characters import check_avatar, describe_avatar
from avatar_live.app.faults import ShowError, sentence
from avatar_live.app.models import describe_models
from avatar_live.app.network import checked_host
from avatar_live.app.probes import list_microphones, probe
from avatar_live.app.settings import (
    PROJECT,
    WEB,
    check_port,
    checked_camera,
    event_token,
    find_avatar,
)
from avatar_live.app.udp import asks_stun, own_addresses, try_udp
from avatar_live.protocol.ice import IceServer

Level = Literal["ok", "warn", "fail"]

PYTHON_OLDEST: Final = (3, 11)
PYTHON_NEWEST: Final = (3, 14)
FREE_BYTES_MIN: Final = 200_000_000  # for the ledger and its log to grow through a long show
CHROMIUMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
LEDGER_S_MAX: Final = 10.0
PICTURE: Final = (1280, 720, 30)  # width, height and pictures a second that an encoder is tried with
TABLE_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True)
class Questions:
    """What the show that is asked about would be run with."""

    camera: str
    microphone: str
    avatar: str
    host: str
    port: int
    data_folder: Path
    models_folder: Path
    web_folder: Path = WEB
    ice_servers: tuple[IceServer, ...] = ()
    udp_ports: tuple[int, int] | None = None


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at: how it stands, in a sentence, and what to do next."""

    name: str
    level: Level
    found: str
    todo: str = ""


class Findings(msgspec.Struct, frozen=True):
    """All that was found; `is_well` when a show would start."""

    is_well: bool
    findings: tuple[Finding, ...]

    def as_json(self) -> str:
        """Return the findings as one JSON object."""
        return msgspec.json.encode(self).decode()


def examine(questions: Questions, report: Callable[[str, float], None] | None = None) -> Findings:
    """Look at everything, one thing after the other."""
    findings = []
    for number, (name, look) in enumerate(_LOOKS.items()):
        if report is not None:
            report(name, number / len(_LOOKS))
        try:
            findings += [Finding(name, *rest) for rest in look(questions)]
        except ShowError as error:
            findings.append(Finding(name, "fail", str(error)))
    if report is not None:
        report("done", 1.0)
    return Findings(all(finding.level != "fail" for finding in findings), tuple(findings))


def as_table(findings: Findings) -> str:
    """Return the findings as lines for a terminal."""
    lines = []
    for finding in findings.findings:
        mark = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}[finding.level]
        text = textwrap.wrap(" ".join([finding.found, finding.todo]).strip(), TABLE_CHARACTERS - 21)
        lines.append(f"{mark}  {finding.name:<14} {text[0]}")
        lines += [f"{'':<21}{line}" for line in text[1:]]
    end = "A show can start." if findings.is_well else "A show would not start: mend what says FAIL first."
    return "\n".join([*lines, "", end])


Look = Iterator[tuple[Level, str, str]]


def _python(_: Questions) -> Look:
    version = platform.python_version()
    if PYTHON_OLDEST <= sys.version_info[:2] <= PYTHON_NEWEST:
        yield "ok", f"{version} on {platform.platform(terse=True)}.", ""
    else:
        yield (
            "fail",
            f"{version} has no packages for this program.",
            "Start with `python3 live.py`, which finds another.",
        )


def _packages(_: Questions) -> Look:
    try:
        needed = importlib.metadata.requires("avatar-live") or []
    except importlib.metadata.PackageNotFoundError:
        yield "fail", "avatar_live is not installed.", "Start with `python3 live.py`, which installs it."
        return
    pins = _pins(PROJECT / ".constraints.txt")
    missing, others, count = [], [], 0
    for requirement in needed:
        if "extra ==" in requirement:
            continue
        name = re.split(r"[ ;<>=!\[(]", requirement, maxsplit=1)[0]
        count += 1
        try:
            have = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
            continue
        want = pins.get(_normal(name))
        if want is not None and have.partition("+")[0] != want:
            others.append(f"{name} {have} instead of {want}")
    again = "Start with `python3 live.py`, which installs what is pinned."
    if missing:
        yield "fail", f"Not installed: {', '.join(missing)}.", again
    elif others:
        yield "warn", f"Not as pinned: {', '.join(others)}.", again
    else:
        yield "ok", f"All {count} packages are here, as pinned.", ""


def _pins(path: Path) -> dict[str, str]:
    with contextlib.suppress(OSError):
        pairs = (line.strip().partition("==") for line in path.read_text().splitlines())
        return {_normal(name): version for name, _, version in pairs if version}
    return {}


def _normal(name: str) -> str:
    """Return a package's name as registries compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _opengl(_: Questions) -> Look:
    found = probe("stage")
    if found.works:
        yield "ok", found.found, ""
    else:
        step = "On Debian or Ubuntu: sudo apt-get install libegl1 libgl1 libgl1-mesa-dri; elsewhere update the driver."
        yield "fail", f"Nothing can be drawn. {found.found}", step


def _encoder(_: Questions) -> Look:
    from avatar_live.encoder.choice import choose
    from avatar_live.encoder.kinds import KINDS, X264
    from avatar_live.encoder.proof import prove

    choice = choose("auto", *PICTURE)
    if choice.kind.name == X264 and not (proof := prove(KINDS[X264], *PICTURE)).works:
        yield "fail", f"No H.264 can be made. {proof.found}", "Install av from the package registry, not the system."
        return
    yield "ok", choice.words, ""


def _models(questions: Questions) -> Look:
    if not any(questions.models_folder.glob("*.task")):
        found = f"There are none in {questions.models_folder} yet."
        yield "warn", found, "The next start fetches them; or run `avatar-live models`."
        return
    yield "ok", sentence(describe_models(questions.models_folder)), ""


def _camera(questions: Questions) -> Look:
    found = probe("camera", checked_camera(questions.camera))
    if not found.works:
        yield "fail", found.found, ""
    elif found.is_fallback:
        step = "That is a show, too; for your own face plug a camera in or name a video with --camera clip.mp4."
        yield "warn", sentence(found.found), step
    else:
        yield "ok", sentence(found.found), ""


def _microphone(questions: Questions) -> Look:
    if questions.microphone == "off":
        here = ", ".join(f"{number} ({name})" for number, name in list_microphones())
        yield "ok", f"Off. {f'Microphones here: {here}.' if here else 'None is found here.'}", ""
        return
    found = probe("microphone", questions.microphone)
    yield "ok" if found.works else "fail", found.found, ""


def _avatar(questions: Questions) -> Look:
    path = find_avatar(questions.avatar)
    yield "ok", sentence(describe_avatar(check_avatar(path), path.stem)), ""


def _page(questions: Questions) -> Look:
    if (questions.web_folder / "index.html").is_file():
        yield "ok", "The viewer page is built.", ""
    else:
        yield "fail", "The viewer page is not built.", "Start with `python3 live.py`, which builds it."


def _port(questions: Questions) -> Look:
    check_port(checked_host(questions.host), questions.port)
    yield "ok", f"Port {questions.port} is free.", ""


def _udp(questions: Questions) -> Look:
    first, last = questions.udp_ports or (0, 0)
    alone = ipaddress.ip_address(checked_host(questions.host)).is_loopback
    found = try_udp(["127.0.0.1"] if alone else own_addresses(), range(first, last + 1) if last else None)
    if found.ports_taken:
        free = "Close the program that holds them, or name others with --udp-ports."
        yield "fail", f"None of the UDP ports {first} to {last} can be opened on {', '.join(found.blocked)}.", free
    elif found.blocked and not found.works:
        step = (
            "Let a firewall or a virtual network on this machine pass UDP for Python, as pictures travel in it; where "
            "that cannot be, name a relay with --ice-server turn:...?transport=tcp."
        )
        yield "fail", f"UDP is blocked: a packet to {', '.join(found.blocked)} did not come back.", step
    elif found.blocked:
        step = "Viewers reach you at the others; a firewall or a virtual network may hold these back."
        yield "warn", f"UDP works on {', '.join(found.works)} but not on {', '.join(found.blocked)}.", step
    elif found.works:
        ports = f", ports {first} to {last}" if last else ""
        yield "ok", f"Packets come back on {', '.join(found.works)}{ports}.", ""
    else:
        yield "warn", "This machine has no network: only its own browser can watch.", "Serve with --host 127.0.0.1."
    for server in questions.ice_servers:
        if "transport=tcp" in server.url or server.url.startswith(("turns", "stuns")):
            continue
        if not asks_stun(server):
            step = "UDP to the outside may be blocked: try another network, or a relay over TCP (?transport=tcp)."
            yield "warn", f"{server.url} does not answer.", step
        else:
            yield "ok", f"{server.url} answers.", ""


def _ledger(questions: Questions) -> Look:
    from avatar_live.server.ledger import LEDGER_FILE, Ledger, LedgerError

    event_token(questions.data_folder)  # the other file that a show keeps there
    try:
        with contextlib.closing(Ledger(questions.data_folder / LEDGER_FILE)) as ledger:
            books = ledger.reconcile().result(LEDGER_S_MAX)
    except (LedgerError, TimeoutError) as error:
        raise ShowError(sentence(error)) from error
    free = shutil.disk_usage(questions.data_folder).free
    words = f"{free / 1e9:.1f} GB free in {questions.data_folder}"
    if not books.is_sound:
        wrong = (
            f"Coins do not add up (entries sum to {books.entries_sum_coins}, {len(books.accounts_wrong)} wallets off)."
        )
        yield "fail", wrong, f"Keep {LEDGER_FILE} for a look and start with another --data-folder."
    elif free < FREE_BYTES_MIN:
        yield "fail", f"Only {words}.", "The ledger needs room: free some, or choose another folder with --data-folder."
    else:
        yield "ok", f"{books.wallets} wallets and {books.gifts} gifts add up; {words}.", ""


def _browser(_: Questions) -> Look:
    path = find_chromium()
    if path is None:
        yield "warn", "No Chromium on PATH.", "Only tests and `bench` need one: sudo apt-get install chromium."
    else:
        yield "ok", f"{path}, for tests and `bench`.", ""


def find_chromium() -> str | None:
    """Return the path of the system's Chromium or Chrome, or None."""
    return next((path for name in CHROMIUMS if (path := shutil.which(name))), None)


_LOOKS: Final[dict[str, Callable[[Questions], Look]]] = {
    "Python": _python,
    "Packages": _packages,
    "OpenGL": _opengl,
    "H.264 encoder": _encoder,
    "Models": _models,
    "Camera": _camera,
    "Microphone": _microphone,
    "Avatar": _avatar,
    "Viewer page": _page,
    "Port": _port,
    "UDP": _udp,
    "Ledger": _ledger,
    "Test browser": _browser,
}
