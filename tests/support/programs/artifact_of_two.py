"""Builds an artefact that another process builds, too.

Each maker waits until both processes are there, so that they do meet.
"""

import sys
import time
from pathlib import Path

from tasks.storage.artifact import build

folder, name = Path(sys.argv[1]), sys.argv[2]


def make(aside: Path) -> None:
    (folder / f"made-by-{name}").touch()
    while len(list(folder.glob("started-*"))) < 2:
        time.sleep(0.01)
    time.sleep(0.1)
    (aside / "content").write_text(name)


(folder / f"started-{name}").touch()
build(folder / "artifacts", {"a": 1}, make)
