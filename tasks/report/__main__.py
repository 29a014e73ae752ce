"""``python -m tasks.report``: writes the report of a run, without Airflow."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tasks.errors import GraftError, ParamsError
from tasks.report.page import write_report
from tasks.runs.outcome import run_id_of
from tasks.storage.paths import Home


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a report and print its path; return 0, or 1 where it cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m tasks.report", description=__doc__)
    parser.add_argument("run", help="the run's folder, or its id in GRAFT_HOME")
    parser.add_argument("-o", "--output", type=Path, help="default: report.html in that folder")
    parsed = parser.parse_args(arguments)
    try:
        home, run_id = find_run(parsed.run)
        report = write_report(home, run_id, parsed.output)
    except GraftError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(f"{report.path}\n")
    return 0


def find_run(run: str) -> tuple[Home, str]:
    """Return home and id of a run that is given as a folder or by its id.

    Raises:
        ParamsError: it is a folder, but not one of a run.
    """
    folder = Path(run).resolve()
    if not folder.is_dir():
        return Home.from_environ(), run
    home = Home(folder.parent.parent)
    run_id = run_id_of(folder)
    if home.run(run_id) != folder:
        raise ParamsError(f"{folder} is no run's folder, expected GRAFT_HOME/runs/<run>")
    return home, run_id


if __name__ == "__main__":
    sys.exit(main())
