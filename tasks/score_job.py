"""The Spark job of scoring: pictures and a trained model in, scores out."""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

# spark-submit puts this file's folder on the path, not the folder that ``tasks`` is in.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tasks.errors import GraftError  # noqa: E402 - needs the path above
from tasks.scoring.arguments import parse_score_arguments  # noqa: E402 - needs the path above
from tasks.visible import log_visibly  # noqa: E402 - needs the path above

_USER_ERROR = 2


def main(arguments: Sequence[str]) -> int:
    """Run the job; return its exit status: 0, or 2 for an error that the user can mend."""
    log_visibly("%(asctime)s %(message)s", "%H:%M:%S")
    for noisy in ("py4j", "pyspark", "bigdl"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    try:
        config = parse_score_arguments(arguments)
        # Not before the flags are right: --help needs neither Spark nor BigDL.
        from tasks.scoring import job

        job.run(config)
    except GraftError as error:
        logging.getLogger(__name__).error("error: %s", error)  # noqa: TRY400 - a user's mistake
        return _USER_ERROR
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
