"""The Spark job: dumps in, a trained classifier out. Run it with ``spark-submit``."""

import sys
from collections.abc import Sequence
from pathlib import Path

# spark-submit puts this file's folder on the path, not the folder that ``tasks`` is in.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tasks.params.definitions import JobConfig  # noqa: E402 - needs the path above
from tasks.spark.program import run_program  # noqa: E402 - needs the path above
from tasks.training.arguments import parse_arguments  # noqa: E402 - needs the path above


def run(config: JobConfig) -> None:
    """Train the classifier."""
    from tasks.training import job

    job.run(config)


def main(arguments: Sequence[str]) -> int:
    """Run the job; return its exit status: 0, or 2 for an error that the user can mend."""
    return run_program(arguments, parse_arguments, run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
