"""Builds an artefact in a folder where no file may be larger than 4 KiB."""

import resource
import sys
from pathlib import Path

from tasks.storage.artifact import build


def make(folder: Path) -> None:
    (folder / "big").write_bytes(bytes(8192))


resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
build(Path(sys.argv[1]), {"a": 1}, make)
