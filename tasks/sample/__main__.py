"""Command line of the bundled sample: a data set and a checkpoint that need no network."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tasks.errors import GraftError
from tasks.sample.contact_sheet import save_contact_sheet
from tasks.sample.make import make_sample, sample_conf
from tasks.storage.paths import Home


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the sample's commands; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tasks.sample", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")
    commands.add_parser("make", help="make it below GRAFT_HOME and print a run's params as JSON")
    sheet = commands.add_parser("contact-sheet", help="write a PNG of pictures of every kind")
    sheet.add_argument("path", type=Path, metavar="PATH", help="the file to write")
    parsed = parser.parse_args(arguments)
    try:
        if parsed.command == "make":
            sample = make_sample(Home.from_environ())
            sys.stdout.write(f"{json.dumps(sample_conf(sample.path))}\n")
        else:
            save_contact_sheet(parsed.path)
    except GraftError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
