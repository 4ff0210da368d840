"""Train the network of vowels: `python -m viseme_maker` in assets/, where eSpeak NG is installed."""

import sys

from avatar_live.app.faults import ShowError
from avatar_live.tracking.visemes import VOWEL_NET

from .lessons import lessons
from .network import train
from .recipe import fingerprint


def main() -> None:
    """Listen, learn, and write the file."""
    try:
        features, labels = lessons()
    except ShowError as error:
        sys.exit(f"The network cannot be trained: {error}")
    train(features, labels).save(VOWEL_NET, fingerprint())
    print(f"{VOWEL_NET}: {VOWEL_NET.stat().st_size:,} bytes, from {len(labels):,} moments of speech")


if __name__ == "__main__":
    main()
