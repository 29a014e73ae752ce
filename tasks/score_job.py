"""The Spark job of scoring: pictures and a trained model in, scores out."""

import sys
from collections.abc import Sequence
from pathlib import Path

# spark-submit puts this file's folder on the path, not the folder that ``tasks`` is in.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tasks.params.scoring import ScoreConfig  # noqa: E402 - needs the path above
from tasks.scoring.arguments import parse_score_arguments  # noqa: E402 - needs the path above
from tasks.spark.program import run_program  # noqa: E402 - needs the path above


def run(config: ScoreConfig) -> None:
    """Score the pictures."""
    from tasks.scoring import job

    job.run(config)


def main(arguments: Sequence[str]) -> int:
    """Run the job; return its exit status: 0, or 2 for an error that the user can mend."""
    return run_program(arguments, parse_score_arguments, run)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
