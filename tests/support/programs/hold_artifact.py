"""Holds the artefact in a folder until it is ended."""

import signal
import sys
from pathlib import Path

from tasks.storage.use import hold


def main() -> None:
    assert hold(Path(sys.argv[1]))
    print("held", flush=True)
    signal.pause()


if __name__ == "__main__":
    main()
