"""A map that is a value: changing one entry copies one shelf of it, not the whole."""

import zlib
from collections.abc import Callable, Iterator
from typing import Final, Generic, TypeVar

import msgspec

V = TypeVar("V")
SHELVES: Final = 256  # 30,000 viewers: about 120 entries and 256 references copied a change, some 3 us


class Roster(msgspec.Struct, Generic[V], frozen=True):
    """Map strings to values; `with_entry` and `without` return a new roster."""

    _shelves: tuple[dict[str, V], ...] = ({},) * SHELVES
    _size: int = 0

    def get(self, key: str) -> V | None:
        """Return the value of `key`, or None."""
        return self._shelves[_shelf_of(key)].get(key)

    def with_entry(self, key: str, value: V) -> "Roster[V]":
        """Return a roster in which `key` has `value`."""
        at = _shelf_of(key)
        shelf = self._shelves[at]
        grown = self._size + (key not in shelf)
        return Roster((*self._shelves[:at], {**shelf, key: value}, *self._shelves[at + 1 :]), grown)

    def without(self, key: str) -> "Roster[V]":
        """Return a roster that has no `key`."""
        at = _shelf_of(key)
        shelf = self._shelves[at]
        if key not in shelf:
            return self
        left = {name: value for name, value in shelf.items() if name != key}
        return Roster((*self._shelves[:at], left, *self._shelves[at + 1 :]), self._size - 1)

    def __contains__(self, key: str) -> bool:
        return key in self._shelves[_shelf_of(key)]

    def swept(self, first: int, count: int, is_over: Callable[[V], bool]) -> tuple["Roster[V]", list[tuple[str, V]]]:
        """Return a roster without what is over on `count` shelves from `first` on, and that, all in one go."""
        shelves, over = list(self._shelves), list[tuple[str, V]]()
        for at in (number % SHELVES for number in range(first, first + count)):
            gone = [entry for entry in shelves[at].items() if is_over(entry[1])]
            if gone:
                names = {key for key, _ in gone}
                shelves[at] = {key: value for key, value in shelves[at].items() if key not in names}
                over += gone
        return (Roster(tuple(shelves), self._size - len(over)), over) if over else (self, [])

    def changed(self, first: int, count: int, change: Callable[[str, V], V]) -> "Roster[V]":
        """Return a roster in which the values on `count` shelves from `first` on are as `change` makes them."""
        shelves = list(self._shelves)
        for at in (number % SHELVES for number in range(first, first + count)):
            after = {key: change(key, value) for key, value in shelves[at].items()}
            if any(after[key] is not value for key, value in shelves[at].items()):
                shelves[at] = after
        return Roster(tuple(shelves), self._size)

    def shelf(self, number: int) -> Iterator[tuple[str, V]]:
        """Return the entries of one shelf, so that a sweep can go round in small steps."""
        return iter(tuple(self._shelves[number % SHELVES].items()))

    def items(self) -> Iterator[tuple[str, V]]:
        """Return all entries."""
        return (entry for shelf in self._shelves for entry in shelf.items()) if self._size else iter(())

    def __len__(self) -> int:
        return self._size


def _shelf_of(key: str) -> int:
    return zlib.crc32(key.encode()) % SHELVES
