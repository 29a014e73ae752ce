"""``graft score``."""

from typing import Annotated, NoReturn

import typer

from deploy.cli.epilog import TableCommand
from deploy.cli.errors import USER_ERROR, one_line_errors
from deploy.cli.spark_options import DRIVER_MEMORY, MASTER, DriverMemory, Master, SparkConf
from deploy.submit import submit
from tasks.pipelines.names import BUILT_IN
from tasks.scoring.arguments import option_table, score_arguments, scoring
from tasks.spark.settings import SCORE_JOB


class ScoreCommand(TableCommand):
    """The command, whose help has the params and an example, too."""

    example = "graft score --master yarn hdfs:///pictures hdfs:///scores/today -p model=previous"

    @staticmethod
    def table() -> list[tuple[str, str]]:
        """Return the params with their defaults."""
        return option_table()


@one_line_errors(USER_ERROR)
def score(
    pictures: Annotated[
        str,
        typer.Argument(
            help="Your pictures: path or URL of a folder, of an archive of one, of a list, or of "
            "Parquet or TFRecord files. They need no labels."
        ),
    ],
    scores: Annotated[
        str | None,
        typer.Argument(
            help="Path or URL of the folder that gets the scores; default: a folder of "
            "GRAFT_HOME/scores for these pictures and this model."
        ),
    ] = None,
    model: Annotated[
        str,
        typer.Option(
            metavar="MODEL",
            help="champion, previous, a version's number, a run, or a model's digest.",
        ),
    ] = "champion",
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Name of the registry that has the model.")
    ] = BUILT_IN,
    param: Annotated[
        list[str] | None,
        typer.Option(
            *("--param", "-p"), metavar="NAME=VALUE", help="One param, as often as you like."
        ),
    ] = None,
    master: Master = MASTER,
    driver_memory: DriverMemory = DRIVER_MEMORY,
    spark_conf: SparkConf = None,
) -> NoReturn:
    """Score pictures with a trained model on Spark: a row for each, as Parquet or CSV.

    Submits the job of the DAG score_pictures. Called again, it goes on with what is missing. The
    exit status is 2 for an error that you can mend.
    """
    config = scoring(pictures, scores, [f"model={model}", f"name={name}", *(param or ())])
    submit(
        SCORE_JOB,
        score_arguments(config),
        master=master,
        driver_memory=driver_memory,
        spark_conf=spark_conf or (),
    )
