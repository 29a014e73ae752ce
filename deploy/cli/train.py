"""``graft train``."""

from typing import NoReturn

import typer

from deploy.cli.epilog import TableCommand
from deploy.cli.errors import USER_ERROR, one_line_errors
from deploy.cli.spark_options import DRIVER_MEMORY, MASTER, DriverMemory, Master, SparkConf
from deploy.submit import submit
from tasks.spark.settings import TRAIN_JOB
from tasks.training.arguments import flag_table, parse_arguments

#: Settings of a command that takes the flags of another program.
PASS_FLAGS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


class TrainCommand(TableCommand):
    """The command, whose help has the job's flags, too."""

    heading = "Flags of the job"

    @staticmethod
    def table() -> list[tuple[str, str]]:
        """Return the job's flags."""
        return flag_table()


@one_line_errors(USER_ERROR)
def train(
    context: typer.Context,
    master: Master = MASTER,
    driver_memory: DriverMemory = DRIVER_MEMORY,
    spark_conf: SparkConf = None,
) -> NoReturn:
    """Train a classifier on two dumps with Spark.

    Submits the job of the DAG's step train_classifier.
    The exit status is the job's: 2 for an error that you can mend.
    """
    # Before Spark starts, which takes seconds.
    parse_arguments(context.args, prog="graft train [options]")
    submit(
        TRAIN_JOB,
        context.args,
        master=master,
        driver_memory=driver_memory,
        spark_conf=spark_conf or (),
    )
