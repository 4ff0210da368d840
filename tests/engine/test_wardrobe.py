"""The wardrobe reads avatars one after another and skips those that nobody waits for any more."""

import threading
from pathlib import Path

import pytest
from patience import DEADLINE_S

from avatar_live.app.settings import find_avatar
from avatar_live.avatar import Avatar, AvatarError, read_avatar
from avatar_live.channels import Latest
from avatar_live.engine.wardrobe import Wardrobe


class Reader:
    """Read an avatar when the test lets it, and remember what was asked for."""

    def __init__(self, avatar: Avatar) -> None:
        self.asked: list[str] = []
        self.begun: Latest[str] = Latest()
        self._avatar = avatar
        self._may_go = threading.Semaphore(0)

    def __call__(self, path: Path) -> Avatar:
        self.asked.append(path.name)
        self.begun.put(path.name)
        assert self._may_go.acquire(timeout=DEADLINE_S)
        if path.name == "broken":
            raise AvatarError("broken is no avatar.")
        if path.name == "unlucky":
            raise MemoryError
        return self._avatar

    def let_go(self) -> None:
        self._may_go.release()


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    return read_avatar(find_avatar("mirai"))


def until_taken(wardrobe: Wardrobe) -> Avatar | AvatarError:
    looked = threading.Event()
    for _ in range(int(DEADLINE_S / 0.01)):
        if (taken := wardrobe.take()) is not None:
            return taken
        looked.wait(0.01)
    raise AssertionError("no avatar came")


def test_of_fifty_avatars_asked_for_at_once_the_first_and_the_last_are_read(avatar: Avatar) -> None:
    reader = Reader(avatar)
    wardrobe = Wardrobe(reader)
    wardrobe.fetch(Path("0"))
    assert reader.begun.take(DEADLINE_S) == "0"
    for number in range(1, 50):
        wardrobe.fetch(Path(str(number)))
    assert wardrobe.take() is None, "none is handed out before it is read"
    reader.let_go()
    assert reader.begun.take(DEADLINE_S) == "49"
    reader.let_go()
    assert until_taken(wardrobe) is avatar
    assert reader.asked == ["0", "49"]
    wardrobe.close()


@pytest.mark.parametrize(
    ("name", "words"), [("broken", "broken is no avatar."), ("unlucky", "unlucky could not be read (MemoryError).")]
)
def test_a_broken_avatar_is_a_reason_and_the_next_one_comes(avatar: Avatar, name: str, words: str) -> None:
    reader = Reader(avatar)
    wardrobe = Wardrobe(reader)
    reader.let_go()
    wardrobe.fetch(Path(name))
    reason = until_taken(wardrobe)
    assert isinstance(reason, AvatarError) and str(reason) == words
    reader.let_go()
    wardrobe.fetch(Path("sound"))
    assert until_taken(wardrobe) is avatar
    wardrobe.close()
