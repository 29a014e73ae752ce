"""``graft predict``, measured from outside."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tasks.storage.paths import Home


def folder_rate(home: Home, folder: Path, *, times: int = 1, options: Sequence[str] = ()) -> float:
    """Return pictures per second of ``graft predict FOLDER``, without its start.

    Args:
        home: GRAFT_HOME.
        folder: of pictures.
        times: how often the command is given the folder.
        options: of the command.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    start = predict_seconds(home, paths[:1], options)
    return (times * len(paths) - 1) / (predict_seconds(home, [folder] * times, options) - start)


def predict_seconds(home: Home, sources: Sequence[Path], options: Sequence[str] = ()) -> float:
    """Return how long the command took, in seconds."""
    command = [sys.executable, "-m", "deploy.cli", "predict", *map(str, sources), *options]
    started = time.monotonic()
    subprocess.run(
        [*command, "--json"], env=graft_environ(home), stdout=subprocess.DEVNULL, check=True
    )
    return time.monotonic() - started


def graft_environ(home: Home) -> dict[str, str]:
    """Return the variables of a command of Graft."""
    return {**home.environ(), "PATH": "/usr/bin:/bin", "PYTHONPATH": "."}
