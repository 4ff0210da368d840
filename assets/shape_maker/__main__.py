"""Train the face network: `python -m shape_maker DATA_FOLDER [--models FOLDER]` in assets/.

DATA_FOLDER holds `footage/` and `models/face_landmarker.task` as `assets/LICENSE.md` describes them; the models of
this program must be those assembled from the package registry, whose landmarks the network is to read.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import cv2

from avatar_live.tracking.face_net import FACE_NET
from avatar_live.tracking.models import ModelError, default_folder, installed

from .network import train
from .pairs import watch
from .recipe import fingerprint
from .sides import partners
from .teacher import Teacher
from .trial import by_geometry, held_out, table, taken_over
from .variety import lessons


def main() -> None:
    """Watch, imagine, compare on people left out, learn from all, write the file and print the report."""
    parser = argparse.ArgumentParser(prog="python -m shape_maker", description="Train the face network.")
    parser.add_argument("data", type=Path, help="folder with footage/ and models/face_landmarker.task")
    parser.add_argument("--models", type=Path, default=default_folder(), help="the registry's models")
    options = parser.parse_args()
    footage, official = options.data / "footage", options.data / "models" / "face_landmarker.task"
    try:
        models = installed(options.models)
        if models.face_has_shapes:
            parser.error(f"{models.face} knows expressions itself: name a folder with the registry's models.")
        cv2.setNumThreads(1)
        pairs = watch(footage, models, official)
    except (ModelError, OSError) as error:
        sys.exit(f"The network cannot be trained: {error}")
    learnt = lessons(pairs, Teacher(official))
    across = partners(footage / "canonical_face_model.obj")
    geometry, network = by_geometry(pairs), held_out(pairs, learnt, lambda some: train(some, across))
    taken = taken_over(geometry, network, pairs)
    replace(train(learnt, across), is_better=taken).save(FACE_NET, fingerprint())
    print(table(geometry, network, pairs, taken))
    print(f"{FACE_NET}: {FACE_NET.stat().st_size:,} bytes, from {len(learnt.half)} faces, {len(pairs)} of them seen")


if __name__ == "__main__":
    main()
