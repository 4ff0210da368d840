"""A guest's picture as the engine sees it: not at all, unless the host placed it."""

import contextlib
from pathlib import Path

from avatar_live.channels import PictureSlot
from avatar_live.channels.processes import GUEST_PIXELS_MAX, GUEST_SLOT
from avatar_live.compositor.inset import Inset, inset_of
from avatar_live.signals.layer import Layer, LayerError, parse_layer


class GuestView:
    """Look at the guest's pictures while they have a place; without one their memory is not even opened."""

    def __init__(self, run_folder: Path, width_px: int, height_px: int, layer: str) -> None:
        self._path = run_folder / GUEST_SLOT
        self._size_px = width_px, height_px
        self._slot: PictureSlot | None = None
        self._layer: Layer | None = None
        self._inset: Inset | None = None
        self.fault = ""
        self.place(layer)

    def place(self, layer: str) -> None:
        """Show the guest somewhere, see `signals.layer`; what is no place shows it nowhere, and `fault` says so."""
        self.close()
        self.fault = ""
        try:
            self._layer = parse_layer(layer)
        except LayerError as error:
            self._layer, self.fault = None, str(error)
        if self._layer is not None:
            self._slot = PictureSlot(self._path, GUEST_PIXELS_MAX)

    @property
    def is_placed(self) -> bool:
        """Whether a guest would be shown."""
        return self._layer is not None

    def look(self) -> Inset | None:
        """Return what is to be drawn now, the same object until there is another picture; None without a guest."""
        if self._slot is None or self._layer is None:
            return None
        with contextlib.suppress(ValueError):  # a picture of another size than it says: the inlet fell while it wrote
            guest = self._slot.read_new()
            if guest is not None:
                self._inset = inset_of(guest, self._layer, *self._size_px) if guest.size else None
        return self._inset

    def close(self) -> None:
        """Let go of the pictures."""
        if self._slot is not None:
            self._slot.close()
        self._slot = self._inset = None
