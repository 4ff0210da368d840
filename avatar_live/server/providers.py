"""Who may bring coins in: payment providers, each with a secret that it shares with this show."""

import contextlib
import re
from pathlib import Path
from typing import Final

import msgspec

from avatar_live.server.signatures import new_secret

OPERATOR: Final = "operator"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


class Purchase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a provider says was bought: `viewer` is the account number that the ledger knows."""

    viewer: str
    coins: int


class Receipt(msgspec.Struct, frozen=True):
    """The wallet after a top-up; `is_repeat` where it had come in before."""

    balance_coins: int
    is_repeat: bool


class Providers:
    """The secrets of the payment providers, each in a file of its own that only this user can read."""

    def __init__(self, data_folder: Path) -> None:
        self._folder = data_folder / "providers"

    def secret(self, name: str) -> str | None:
        """Return a provider's secret, or None."""
        if not _NAME.fullmatch(name):
            return None
        with contextlib.suppress(OSError):
            return (self._folder / name).read_text().strip() or None
        return None

    def make(self, name: str) -> str:
        """Return a provider's secret, made when there is none yet. Raises OSError, and ValueError for a bad name."""
        if not _NAME.fullmatch(name):
            raise ValueError("A provider's name is 1 to 32 small letters, digits, '-' or '_'.")
        if (known := self.secret(name)) is not None:
            return known
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / name
        path.touch(mode=0o600)
        path.write_text(secret := new_secret())
        return secret
