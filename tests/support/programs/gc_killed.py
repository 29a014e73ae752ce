"""Deletes what nobody needs in a home, and is killed after its fifth move or deletion."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from tasks.housekeeping import delete as module
from tasks.housekeeping.gc import plan_gc
from tasks.housekeeping.plan import Policy
from tasks.storage.paths import Home

_LAST = 5


def killed_after(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that does the same and kills this process when it was called often."""
    calls = []

    def call(*arguments: Any) -> Any:
        calls.append(arguments)
        result = function(*arguments)
        if len(calls) == _LAST:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return call


def half_deleted(folder: Path) -> None:
    """Delete the first file of a folder only, as a kill in the middle does."""
    next(path for path in folder.rglob("*") if path.is_file()).unlink()


def main() -> None:
    home = Home(Path(sys.argv[1]))
    plan = plan_gc(home, Policy(1, timedelta(0)))
    if sys.argv[2] == "move":
        module._move = killed_after(module._move)
    else:
        shutil.rmtree = killed_after(half_deleted)  # type: ignore[assignment] # an object with methods
    for _ in module.delete(plan, home):
        pass


if __name__ == "__main__":
    main()
