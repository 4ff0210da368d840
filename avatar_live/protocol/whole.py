"""Whole numbers of strangers: JSON has them of any size, and between our processes they travel in 64 bits."""

from typing import Annotated, Final

import msgspec

WHOLE_MAX: Final = 2**53  # beyond it a page's own numbers are no longer exact

Whole = Annotated[int, msgspec.Meta(ge=-WHOLE_MAX, le=WHOLE_MAX)]
