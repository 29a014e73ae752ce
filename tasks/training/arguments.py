"""Command line of the training job: written for the DAG, read by the job."""

import argparse
from collections.abc import Sequence

from tasks.params.definitions import JobConfig
from tasks.params.help import model_help
from tasks.params.parser import parse

_SHORT = {"train_dump": "-t", "validation_dump": "-v", "batch_size": "-b", "epochs": "-e"}


def job_arguments(config: JobConfig) -> list[str]:
    """Return the command line that ``parse_arguments`` reads as ``config``."""
    # One word for flag and value: a run id that starts with a dash would pass for a flag.
    return [
        f"{_flag(name)}={'' if value is None else value}"
        for name, value in config.model_dump().items()
    ]


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
    given = vars(_parser(prog).parse_args(arguments))
    return parse(JobConfig, {k: v for k, v in given.items() if v or not _is_optional(k)})


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Train a linear classifier on the features of two dumped pipelines.",
        epilog="GRAFT_HOME says where features, models and runs go (default: work/ in the "
        "checkout). Source env.sh first: it tells spark-submit where Java and BigDL are.",
        allow_abbrev=False,
    )
    for name, text in model_help(JobConfig).items():
        parser.add_argument(
            *_flags(name),
            dest=name,
            required=JobConfig.model_fields[name].is_required(),
            default=argparse.SUPPRESS,
            metavar=name.rsplit("_", 1)[-1].upper(),
            help=text,
        )
    return parser


def flag_table() -> list[tuple[str, str]]:
    """Return the flags of every field of ``JobConfig``, and their explanation."""
    return [(", ".join(_flags(name)), text) for name, text in model_help(JobConfig).items()]


def _is_optional(name: str) -> bool:
    """Say whether a flag may be left empty, which counts as not given."""
    field = JobConfig.model_fields[name]
    return field.default is None and not field.is_required()


def _flags(name: str) -> list[str]:
    return [*([_SHORT[name]] if name in _SHORT else []), _flag(name)]


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
