"""Which rung of a stream one viewer is on: it changes at a keyframe of the new rung and not before."""

from avatar_live.signals.encoded import EncodedFrame


class Rungs:
    """Follow one rung until another is wanted and begins: no picture is missed on the way, and none comes twice."""

    def __init__(self) -> None:
        self.current = 0
        self.wanted = 0

    @property
    def is_changing(self) -> bool:
        """Say whether a keyframe of the wanted rung is awaited."""
        return self.wanted != self.current

    def takes(self, frame: EncodedFrame) -> bool:
        """Say whether the frame is for this viewer, and change over when it begins the wanted rung. Sound always is."""
        if frame.kind == "audio" or frame.rung == self.current:
            return True
        if frame.rung == self.wanted and frame.is_keyframe:
            self.current = self.wanted
            return True
        return False
