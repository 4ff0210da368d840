"""Cut the power under the ledger: every write and sync of SQLite is recorded, and the disk is rebuilt as of any moment.

A file system keeps what was written before the last sync of a file that has returned. Of what was written after it, a
power cut keeps any part, in any order, torn at any sector. So a disk of that moment is made of the former and a random
part of the latter, and the ledger is opened on it: every gift that was answered before must be there.

SQLite reaches files through a table of functions (https://www.sqlite.org/vfs.html), where ours are put in.
"""

import contextlib
import ctypes
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from avatar_live.app.faults import ShowError
from avatar_live.server.ledger import Ledger, Paid
from avatar_live.server.ledger.reports import open_reader

SECTOR_BYTES: Final = 512
SHARE_KEPT: Final = 0.5  # of what was not synced
CUT_WRONG: Final = ("cut_lost", "cut_unknown", "cut_unsound")  # each has to be 0
VIEWERS: Final = 20
GROUP_GIFTS_MAX: Final = 40
_METHODS: Final = 18  # sqlite3_io_methods up to version 3, after the version's number
_WRITE, _TRUNCATE, _SYNC = 2, 3, 4  # their places in it


@dataclass(frozen=True, slots=True)
class Written:
    path: str
    at: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncated:
    path: str
    size: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """A file that is gone, with its folder synced: SQLite asks for that where it counts."""

    path: str


@dataclass(frozen=True, slots=True)
class Synced:
    """A sync that has returned; it covers what was recorded before `began`."""

    path: str
    began: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The ledger has answered that these are paid."""

    ids: tuple[str, ...]


Happening = Written | Truncated | Deleted | Synced | Answered


def measure_power_cuts(cuts: int, gifts: int, seed: int, report: Callable[[str], None]) -> dict[str, Any]:
    """Return how many answered gifts were missing after power cuts at random moments of a load.

    Raises ShowError where SQLite's functions cannot be reached.
    """
    lots = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="avatar-live-") as folder:
        path = Path(folder) / "ledger.sqlite3"
        with recording() as happenings, contextlib.closing(Ledger(path, group_s=0.0)) as ledger:
            asked = _give(ledger, happenings, gifts, lots)
        report(f"recorded {len(happenings)} writes, syncs and answers of {len(asked)} gifts")
        began = next(at for at, one in enumerate(happenings) if isinstance(one, Answered))
        lost = unknown = unsound = 0
        for number in range(cuts):
            moment = lots.randrange(began, len(happenings))
            held, is_sound = _open_after(happenings, moment, path, Path(folder) / f"cut-{number}", lots)
            answered = {id for one in happenings[:moment] if isinstance(one, Answered) for id in one.ids}
            lost += len(answered - held)
            unknown += len(held - asked)
            unsound += not is_sound
    return {
        "power_cuts": cuts,
        "cut_gifts": len(asked),
        "cut_lost": lost,
        "cut_unknown": unknown,
        "cut_unsound": unsound,
    }


def _give(ledger: Ledger, happenings: list[Happening], gifts: int, lots: random.Random) -> set[str]:
    asked: set[str] = set()
    for number in range(VIEWERS):
        ledger.open_wallet(f"viewer-{number}").result()
        ledger.top_up(f"viewer-{number}", "bench", f"t-{number}", 1_000_000).result()
    while len(asked) < gifts:
        ids = [f"gift-{len(asked) + at}" for at in range(lots.randint(1, GROUP_GIFTS_MAX))]
        asked.update(ids)
        futures = [ledger.pay(f"viewer-{lots.randrange(VIEWERS)}", "Somebody", id, "tomato", 5) for id in ids]
        for id, future in zip(ids, futures, strict=True):
            if not isinstance(future.result(), Paid):
                raise ShowError("The ledger did not take a gift.")
            happenings.append(Answered((id,)))
    return asked


def _open_after(
    happenings: Sequence[Happening], moment: int, path: Path, folder: Path, lots: random.Random
) -> tuple[set[str], bool]:
    """Open the books of a power cut; return the gifts that they hold and whether they are sound."""
    folder.mkdir()
    for name, data in disk_after(happenings[:moment], lots).items():
        (folder / Path(name).name).write_bytes(data)
    with contextlib.closing(Ledger(folder / path.name)) as ledger:
        is_sound = ledger.reconcile().result().is_sound
        with open_reader(folder / path.name) as reader:
            return {str(id) for (id,) in reader.rows("SELECT id FROM gift")}, is_sound


def disk_after(happenings: Sequence[Happening], lots: random.Random) -> dict[str, bytes]:
    """Return the files as a power cut right after the last happening may leave them."""
    synced = {one.path: one.began for one in happenings if isinstance(one, Synced)}
    files: dict[str, bytearray] = {}
    for at, one in enumerate(happenings):
        match one:
            case Written(path, start, data):
                if at < synced.get(path, 0):
                    _write(files.setdefault(path, bytearray()), start, data)
                elif lots.random() < SHARE_KEPT:
                    _write_torn(files.setdefault(path, bytearray()), start, data, lots)
            case Truncated(path, size):
                if at < synced.get(path, 0) or lots.random() < SHARE_KEPT:
                    file = files.setdefault(path, bytearray())
                    del file[size:]
            case Deleted(path):
                files.pop(path, None)
            case Synced() | Answered():
                pass
    return {path: bytes(data) for path, data in files.items()}


def _write(file: bytearray, start: int, data: bytes) -> None:
    file.extend(bytes(max(start + len(data) - len(file), 0)))
    file[start : start + len(data)] = data


def _write_torn(file: bytearray, start: int, data: bytes, lots: random.Random) -> None:
    for at in range(0, len(data), SECTOR_BYTES):
        if lots.random() < SHARE_KEPT:
            _write(file, start + at, data[at : at + SECTOR_BYTES])


# --- what SQLite does with files -----------------------------------------------------------------------------------

_Open = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
_Delete = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_Write = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_Truncate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_Sync = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class _Vfs(ctypes.Structure):
    """The beginning of sqlite3_vfs."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("file_bytes", ctypes.c_int),
        ("path_bytes_max", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
        ("delete", ctypes.c_void_p),
    )


class _Methods(ctypes.Structure):
    """sqlite3_io_methods."""

    _fields_ = (("version", ctypes.c_int), ("functions", ctypes.c_void_p * _METHODS))


@contextlib.contextmanager
def recording() -> Iterator[list[Happening]]:
    """Record what SQLite does with the files that are opened in the block. Raises ShowError where it cannot be."""
    import _sqlite3

    try:
        find = ctypes.CDLL(_sqlite3.__file__).sqlite3_vfs_find
    except (AttributeError, OSError) as error:
        raise ShowError("This Python hides its SQLite, so no power cut can be played here.") from error
    find.restype = ctypes.POINTER(_Vfs)
    vfs = find(None).contents
    theirs = vfs.open, vfs.delete
    recorder = _Recorder(*theirs)
    ours = _Open(recorder.open), _Delete(recorder.delete)
    vfs.open, vfs.delete = (ctypes.cast(function, ctypes.c_void_p).value for function in ours)
    try:
        yield recorder.happenings
    finally:
        vfs.open, vfs.delete = theirs


class _Recorder:
    """Stand between SQLite and the system's files: do what is asked, and note it when it is done."""

    def __init__(self, open_function: int, delete_function: int) -> None:
        self.happenings: list[Happening] = []
        self._open = _Open(open_function)
        self._delete = _Delete(delete_function)
        self._paths: dict[int, str] = {}
        self._tables: dict[int, tuple[_Methods, tuple[Any, ...]]] = {}  # ours, by the address of theirs

    def open(self, vfs: int, name: int | None, file: int, flags: int, flags_out: int | None) -> int:
        result = int(self._open(vfs, name, file, flags, flags_out))
        methods = ctypes.c_void_p.from_address(file)
        if result == 0 and name is not None and methods.value:
            self._paths[file] = os.fsdecode(ctypes.string_at(name))
            if methods.value not in self._tables:
                self._tables[methods.value] = self._table(_Methods.from_address(methods.value))
            methods.value = ctypes.addressof(self._tables[methods.value][0])
        return result

    def delete(self, vfs: int, name: int, has_to_sync: int) -> int:
        result = int(self._delete(vfs, name, has_to_sync))
        if result == 0:
            self.happenings.append(Deleted(os.fsdecode(ctypes.string_at(name))))
        return result

    def _table(self, theirs: _Methods) -> tuple[_Methods, tuple[Any, ...]]:
        write, truncate, sync = (
            kind(theirs.functions[at]) for kind, at in ((_Write, _WRITE), (_Truncate, _TRUNCATE), (_Sync, _SYNC))
        )

        def on_write(file: int, data: int, size: int, at: int) -> int:
            self.happenings.append(Written(self._paths[file], at, ctypes.string_at(data, size)))
            return int(write(file, data, size, at))

        def on_truncate(file: int, size: int) -> int:
            self.happenings.append(Truncated(self._paths[file], size))
            return int(truncate(file, size))

        def on_sync(file: int, flags: int) -> int:
            began = len(self.happenings)
            result = int(sync(file, flags))
            self.happenings.append(Synced(self._paths[file], began))
            return result

        ours = _Methods.from_buffer_copy(theirs)
        kept = (_Write(on_write), _Truncate(on_truncate), _Sync(on_sync), write, truncate, sync)
        for at, function in ((_WRITE, kept[0]), (_TRUNCATE, kept[1]), (_SYNC, kept[2])):
            ours.functions[at] = ctypes.cast(function, ctypes.c_void_p).value
        return ours, kept
