"""The engine's part in `bench crash`: it takes cues as the engine does, and writes down what it shows.

Run as `python -m avatar_live.app.bench.stand_in_engine RUN_FOLDER LOG`; a line of the log is the engine's life, the
moment and the key of a cue.
"""

import sys
import time
from pathlib import Path
from typing import Final

from avatar_live import clock
from avatar_live.channels.link import ServerLink
from avatar_live.channels.processes import CueTaken, EngineHello, StageCue
from avatar_live.engine.taken_cues import TakenCues
from avatar_live.signals.encoded import MAIN_STREAM, EncodedFrame

POLL_S: Final = 0.01
FRAME_S: Final = 0.2


def run(run_folder: Path, log_path: Path, life: str) -> None:
    """Show what is asked for until the process is ended; frames make the show live, so that tickets are sold."""
    link = ServerLink(run_folder, EngineHello(640, 360, 30))
    taken = TakenCues()
    framed_s = float("-inf")
    with log_path.open("a", buffering=1) as log:
        while True:
            now_s = clock.now_s()
            if now_s - framed_s >= FRAME_S:
                framed_s = now_s
                link.send(EncodedFrame(MAIN_STREAM, "video", b"\0\0\0\1\x65", 0, True, now_s))
            for message in link.receive():
                if isinstance(message, StageCue):
                    if message.key and taken.is_new(message.key):
                        log.write(f"{life} {now_s} {message.key}\n")
                    link.send(CueTaken(message.id))
            time.sleep(POLL_S)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
