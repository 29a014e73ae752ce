"""The job's command line: how it is written and how it is read."""

import argparse
from collections.abc import Sequence

from tasks.params.definitions import JobConfig, TrainingParams, parse
from tasks.params.help import model_help

_SHORT = {"train_dump": "-t", "validation_dump": "-v", "batch_size": "-b", "epochs": "-e"}


def job_arguments(**values: str) -> list[str]:
    """Return the arguments of a job that the DAG submits, templates for the params in them.

    Args:
        values: the fields of ``JobConfig`` that are not params of the DAG.
    """
    params = {name: _template(name) for name in TrainingParams.model_fields}
    # One argument each: a run id may start with a dash, which would pass for a flag.
    return [f"{_flag(name)}={value}" for name, value in {**values, **params}.items()]


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
    given = vars(parser.parse_args(arguments))
    return parse(JobConfig, {k: v for k, v in given.items() if v or not _is_optional(k)})


def flag_table() -> list[tuple[str, str]]:
    """Return the flags of every field of ``JobConfig``, and their explanation."""
    return [(", ".join(_flags(name)), text) for name, text in model_help(JobConfig).items()]


def _template(name: str) -> str:
    """Return what renders as a param's value, and as nothing if it is empty."""
    empty = " if params.{0} is not none else ''" if _is_optional(name) else ""
    return f"{{{{ params.{name}{empty.format(name)} }}}}"


def _is_optional(name: str) -> bool:
    """Whether a flag may be left empty, which is as good as not given."""
    field = JobConfig.model_fields[name]
    return field.default is None and not field.is_required()


def _flags(name: str) -> list[str]:
    return [*([_SHORT[name]] if name in _SHORT else []), _flag(name)]


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
