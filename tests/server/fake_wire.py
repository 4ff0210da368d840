"""A websocket whose reader takes nothing until told to."""


class FakeWire:
    """Keep what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.unsent = 0
        self.closed: tuple[int, str] | None = None

    def is_open(self) -> bool:
        return self.closed is None

    def unsent_bytes(self) -> int:
        return self.unsent

    def write(self, frame: bytes) -> None:
        self.written.append(frame)

    def close(self, code: int, reason: str) -> None:
        self.closed = (code, reason)

    def code(self) -> int | None:
        return self.closed[0] if self.closed is not None else None
