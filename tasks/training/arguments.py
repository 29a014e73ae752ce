"""Command line of the training job: written for the DAG, read by the job."""

import argparse
from collections.abc import Sequence

from tasks.params.definitions import JobConfig
from tasks.params.flags import add_flags, flags, flags_of, parse_flags
from tasks.params.help import model_help

_SHORT = {"train_dump": "-t", "validation_dump": "-v", "batch_size": "-b", "epochs": "-e"}


def job_arguments(config: JobConfig) -> list[str]:
    """Return the command line that ``parse_arguments`` reads as ``config``."""
    return flags_of(config)


def parse_arguments(
    arguments: Sequence[str], prog: str = "spark-submit [spark options] tasks/train_job.py"
) -> JobConfig:
    """Return the configuration that a command line describes.

    Args:
        arguments: the command line without the program.
        prog: how the program is called, for messages.

    Raises:
        ParamsError: a value is of the wrong type or out of bounds.
    """
    return parse_flags(JobConfig, _parser(prog), arguments)


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Train a linear classifier on the features of two dumped pipelines.",
        epilog="GRAFT_HOME says where features, models and runs go (default: work/ in the "
        "checkout). Source env.sh first: it tells spark-submit where Java and BigDL are.",
        allow_abbrev=False,
    )
    add_flags(parser, JobConfig, _SHORT)
    return parser


def flag_table() -> list[tuple[str, str]]:
    """Return the flags of every field of ``JobConfig``, and their explanation."""
    return [(", ".join(flags(name, _SHORT)), text) for name, text in model_help(JobConfig).items()]
