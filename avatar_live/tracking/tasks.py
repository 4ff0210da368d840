"""The one door to mediapipe, opened without matplotlib.

mediapipe's vision package imports matplotlib for a function that plots landmarks and that nobody here calls; loading
it is more than half of a tracker's start, and a tracker that was killed has to be back soon. So an empty module
stands in for it while mediapipe is imported.
"""

import contextlib
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Final

_PLOTTING: Final = ("matplotlib", "matplotlib.pyplot")


@contextlib.contextmanager
def _without_plotting() -> Iterator[None]:
    if any(name in sys.modules for name in _PLOTTING):
        yield  # loaded by somebody already: there is nothing to save
        return
    package, pyplot = (ModuleType(name) for name in _PLOTTING)
    package.pyplot = pyplot  # type: ignore[attr-defined]
    sys.modules.update(zip(_PLOTTING, (package, pyplot), strict=True))
    try:
        yield
    finally:
        for name in _PLOTTING:
            del sys.modules[name]


with _without_plotting():
    import mediapipe
    from mediapipe.tasks.metadata import metadata_schema_py_generated as notes
    from mediapipe.tasks.metadata import schema_py_generated as schema
    from mediapipe.tasks.python import BaseOptions, vision

__all__ = ["BaseOptions", "mediapipe", "notes", "schema", "vision"]
