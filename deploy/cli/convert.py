"""``graft convert``."""

import logging
from typing import Annotated

import typer

from deploy.cli.epilog import TableCommand
from deploy.cli.errors import USER_ERROR, one_line_errors
from deploy.cli.spark_options import DRIVER_MEMORY, MASTER, DriverMemory, Master, SparkConf
from deploy.environment import set_environment
from deploy.submit import submit
from deploy.terminal import say
from tasks.spark.settings import CONVERT_JOB
from tasks.storage.paths import Home


class ConvertCommand(TableCommand):
    """The command, whose help has the params and an example, too."""

    example = "graft convert --spark --master yarn hdfs:///pictures hdfs:///datasets/pictures"

    @staticmethod
    def table() -> list[tuple[str, str]]:
        """Return the params with their defaults."""
        from tasks.conversion.arguments import option_table

        return option_table()


@one_line_errors(USER_ERROR)
def convert(
    source: Annotated[
        str,
        typer.Argument(
            help="Your pictures: path or URL of a folder with a subfolder for each class, of a "
            "list, or of Parquet or TFRecord files; without --spark also of an archive."
        ),
    ],
    destination: Annotated[
        str, typer.Argument(help="Path or URL of the data set's folder, which is made.")
    ],
    param: Annotated[
        list[str] | None,
        typer.Option(
            *("--param", "-p"), metavar="NAME=VALUE", help="One param, as often as you like."
        ),
    ] = None,
    spark: Annotated[
        bool,
        typer.Option("--spark", help="Let Spark's executors read the pictures and write shards."),
    ] = False,
    master: Master = MASTER,
    driver_memory: DriverMemory = DRIVER_MEMORY,
    spark_conf: SparkConf = None,
) -> None:
    """Make a data set of your pictures: shards of TFRecords that a run takes as dataset_url.

    The step extract_dataset does the same on the machine of Airflow. With --spark, pictures and
    data set are on any file system of Hadoop's (hdfs://, s3a://, or a path that all nodes see).
    The exit status is 2 for an error that you can mend.
    """
    from tasks.conversion.arguments import conversion, job_arguments
    from tasks.conversion.local import convert_here
    from tasks.conversion.result import result_lines

    wanted = conversion(source, destination, param or ())
    if spark:
        submit(
            CONVERT_JOB,
            job_arguments(wanted),
            master=master,
            driver_memory=driver_memory,
            spark_conf=spark_conf or (),
        )
    set_environment()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    made = convert_here(wanted, Home.from_environ().downloads)
    for line in result_lines(made, wanted.destination):
        say(line)
