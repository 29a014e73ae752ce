"""Program that logs runs to MLflow, apart from the step, so that it can be given up.

MLflow's client is imported in this process alone. Standard output has a line for every run; if
something fails, the last line of standard error says what.
"""

import argparse
import contextlib
import re
import signal
import sys
from collections.abc import Sequence
from typing import TextIO

from tasks.errors import GraftError
from tasks.storage.paths import Home
from tasks.tracking.settings import Tracking, tracking


def main(argv: Sequence[str] | None = None) -> int:
    """Log the runs that the arguments name; return 1 if that failed."""
    parser = argparse.ArgumentParser(prog="tasks.tracking.job")
    parser.add_argument("--name", required=True)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("runs", nargs="*")
    given = parser.parse_args(argv)
    # The default action ends this process, also where its parent is gone.
    signal.alarm(given.seconds)
    server = tracking()
    if server is None:
        return 0
    output = sys.stdout
    try:
        # MLflow prints addresses.
        with contextlib.redirect_stdout(sys.stderr):
            _sync(given, server, output)
    except Exception as error:
        sys.stderr.write(f"\n{' '.join(server.hide(_reason(error)).split())}\n")
        return 1
    return 0


def _reason(error: Exception) -> str:
    """Return why it failed; a connection that was not made, without the client's inner layers."""
    if isinstance(error, GraftError):
        return str(error)
    system = re.search(r"\[Errno -?\d+\] ([\w ]+)", str(error))
    return f"it cannot be reached: {system[1]}" if system else f"{type(error).__name__}: {error}"


def _sync(given: argparse.Namespace, tracking: Tracking, output: TextIO) -> None:
    from tasks.tracking.server import Server
    from tasks.tracking.sync import all_runs, sync

    server, home = Server(tracking.uri, given.name), Home.from_environ()
    if given.check:
        server.check()
        return
    runs = all_runs(home, given.name) if given.all else given.runs
    for logged in sync(home, given.name, runs, server):
        output.write(logged.as_line())
        output.flush()


if __name__ == "__main__":
    sys.exit(main())
