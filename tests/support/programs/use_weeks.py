"""Makes and reuses the artefacts of several weeks, and checks each that it gets.

Prints how many it had to make, since somebody had deleted them.
"""

import sys
import time
from pathlib import Path

from tasks.storage import use
from tasks.storage.artifact import build
from tasks.storage.paths import Home

_SECONDS = 4.0


def main() -> None:
    home, weeks = Home(Path(sys.argv[1])), int(sys.argv[2])
    print("started", flush=True)
    made, deadline = 0, time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        for number in range(weeks):
            artifact = build(home.datasets, {"archive": f"archive {number}"}, write)
            made += not artifact.reused
            content = (artifact.path / "one").read_text() + (artifact.path / "two").read_text()
            assert content == "1" * 1000 + "2" * 1000
            if number == weeks - 1:
                # As the processes of the steps do when they end.
                use._open_shared.cache_clear()
    print(made)


def write(folder: Path) -> None:
    """Write two files."""
    (folder / "one").write_text("1" * 1000)
    (folder / "two").write_text("2" * 1000)


if __name__ == "__main__":
    main()
