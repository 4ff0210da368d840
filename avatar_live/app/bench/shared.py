"""Where real avatars, footage and models lie that measurements may use and the project does not ship."""

import os
from pathlib import Path
from typing import Final

from avatar_live.app.settings import PROJECT

SHARED: Final = Path(os.environ.get("AVATAR_LIVE_SHARED", PROJECT.parent / "shared" / "data"))
