"""`python -m avatar_live.app.probes stage|cameras|...`: try what native code may crash on in a process of its own.

One JSON object on standard output says what was found; no output means that the process was lost.
"""

import subprocess
import sys
from typing import Final

import msgspec

from avatar_live.app.faults import sentence

PROBE_S_MAX: Final = 40.0
STAGE_PX: Final = (320, 180)


class Probe(msgspec.Struct, frozen=True):
    """What a probe found, in a sentence; `is_fallback` when something else took the place of what was asked for."""

    works: bool
    found: str
    is_fallback: bool = False


def probe(*arguments: str) -> Probe:
    """Run a probe in a process of its own and return what it found, or how it was lost."""
    command = [sys.executable, "-m", "avatar_live.app.probes", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, timeout=PROBE_S_MAX, check=False)
    except subprocess.TimeoutExpired:
        return Probe(works=False, found=f"It did not answer within {PROBE_S_MAX:.0f} s.")
    for line in reversed(done.stdout.splitlines()):
        try:
            return msgspec.json.decode(line, type=Probe)
        except msgspec.DecodeError:
            continue
    words = done.stderr.decode(errors="replace").strip().splitlines()
    how = f"by signal {-done.returncode}" if done.returncode < 0 else f"with exit code {done.returncode}"
    return Probe(works=False, found=f"The process that tried it was ended {how}{f' ({words[-1]})' if words else ''}.")


def list_cameras() -> list[tuple[str, str]]:
    """Return number and name of the webcams of this machine, looked up in a process of its own."""
    return _pairs(probe("cameras"))


def list_microphones() -> list[tuple[str, str]]:
    """Return number and name of the microphones of this machine, looked up in a process of its own."""
    return _pairs(probe("microphones"))


def _pairs(found: Probe) -> list[tuple[str, str]]:
    return [
        (number, name) for line in found.found.splitlines() if found.works for number, name in [line.split("\t", 1)]
    ]


def _cameras() -> Probe:
    from avatar_live.tracking.cameras import list_cameras as cameras

    return Probe(works=True, found="\n".join(f"{camera.number}\t{camera.name}" for camera in cameras()))


def _microphones() -> Probe:
    from avatar_live.tracking.microphone import MicrophoneError, list_microphones

    try:
        return Probe(works=True, found="\n".join(f"{device.number}\t{device.name}" for device in list_microphones()))
    except MicrophoneError as error:
        return Probe(works=False, found=sentence(error))


def _microphone(choice: str) -> Probe:
    from avatar_live.tracking.microphone import MicrophoneError, open_device

    try:
        device = open_device(choice, lambda at_s, samples: None)
    except MicrophoneError as error:
        return Probe(works=False, found=sentence(error))
    name = device.name
    device.close()
    return Probe(works=True, found=f"{name} can be heard.")


def _stage() -> Probe:
    from avatar_live.stage import Stage, StageError

    try:
        with Stage(*STAGE_PX):
            return Probe(works=True, found="An off-screen picture can be drawn.")
    except StageError as error:
        return Probe(works=False, found=sentence(error))


def _screen() -> Probe:
    from avatar_live.desktop.screen import find_screen

    return Probe(works=True, found=f"A window can be opened on {find_screen()}.")


def _camera(choice: str) -> Probe:
    from avatar_live.tracking.cameras import AUTO, Performer, list_cameras, open_source
    from avatar_live.tracking.source import CameraError

    names = ", ".join(f"{camera.number} ({camera.name})" for camera in list_cameras())
    try:
        source = open_source(choice)
    except CameraError as error:
        return Probe(works=False, found=sentence(error))
    is_fallback = choice == AUTO and isinstance(source, Performer)
    words = source.words
    source.close()
    return Probe(True, f"{words} gives pictures{f'; cameras here: {names}' if names else ''}.", is_fallback)


def main(arguments: list[str]) -> None:
    """Run the probe that the arguments name and print what it found."""
    match arguments:
        case ["cameras"]:
            found = _cameras()
        case ["stage"]:
            found = _stage()
        case ["screen"]:
            found = _screen()
        case ["microphones"]:
            found = _microphones()
        case ["microphone", choice]:
            found = _microphone(choice)
        case ["camera", choice]:
            found = _camera(choice)
        case _:
            raise SystemExit("usage: probes stage | screen | cameras | camera CHOICE | microphones | microphone CHOICE")
    sys.stdout.write("\n" + msgspec.json.encode(found).decode() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
