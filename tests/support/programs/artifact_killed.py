"""Builds an artefact and kills itself half-way."""

import os
import signal
import sys
from pathlib import Path

from tasks.storage.artifact import build


def make(folder: Path) -> None:
    (folder / "half").write_text("x")
    os.kill(os.getpid(), signal.SIGKILL)


build(Path(sys.argv[1]), {"from": "flowers", "version": 1}, make)
