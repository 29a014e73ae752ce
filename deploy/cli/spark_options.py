"""Options of the commands that submit a job to Spark."""

from typing import Annotated

import typer

from tasks.params.definitions import RunParams

Master = Annotated[str, typer.Option(metavar="URL", help="Spark's master.")]
DriverMemory = Annotated[
    str, typer.Option(metavar="SIZE", help="Heap of the Spark driver's JVM, in g (GiB) or m (MiB).")
]
SparkConf = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME=VALUE", help="One setting of Spark's, as often as you like."),
]
MASTER = "local[*]"
DRIVER_MEMORY = RunParams().driver_memory
