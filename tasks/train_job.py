"""The Spark job: dumps in, a trained classifier out. Run it with ``spark-submit``."""

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

# spark-submit puts this file's folder on the path, not the folder that ``tasks`` is in.
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from tasks.config import JobConfig, parse  # noqa: E402 - needs the path above
from tasks.errors import GraftError  # noqa: E402 - needs the path above

_SHORT = {"train_dump": "-t", "validation_dump": "-v", "batch_size": "-b", "epochs": "-e"}


def parse_arguments(arguments: Sequence[str]) -> JobConfig:
    """Return the configuration that the command line describes.

    Raises:
        ParamsError: a value is of the wrong type or out of bounds.
    """
    parser = argparse.ArgumentParser(
        prog="spark-submit [spark options] tasks/train_job.py",
        description="Train a linear classifier on the features of two dumped pipelines.",
        epilog="GRAFT_HOME says where features, models and runs go (default: work/ in the "
        "checkout). Source env.sh first: it tells spark-submit where Java and BigDL are.",
        allow_abbrev=False,
    )
    for name, field in JobConfig.model_fields.items():
        default = "required" if field.is_required() else f"default: {field.default}"
        flags = [f for f in (_SHORT.get(name), f"--{name.replace('_', '-')}") if f]
        parser.add_argument(
            *flags,
            dest=name,
            required=field.is_required(),
            default=argparse.SUPPRESS,
            metavar=name.rsplit("_", 1)[-1].upper(),
            help=f"{field.description} ({default})",
        )
    return parse(JobConfig, vars(parser.parse_args(arguments)))


def main(arguments: Sequence[str]) -> int:
    """Run the job; return its exit status: 0, or 2 for an error that the user can mend."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    for noisy in ("py4j", "pyspark", "bigdl"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    try:
        config = parse_arguments(arguments)
        from tasks import job

        job.run(config)
    except GraftError as error:
        logging.getLogger("graft").error("error: %s", error)  # noqa: TRY400 - a user's mistake
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
