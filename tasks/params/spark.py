"""Params of the training job's size on Spark."""

from pydantic import Field

from tasks.params.base import MEMORY, Params


class SparkParams(Params, title="Spark"):
    """Executors, cores and memory of the training job."""

    executors: int = Field(
        2,
        ge=1,
        le=1000,
        title="Executors",
        description="Spark executors on a cluster; a local master has none of its own.",
        examples=[4],
        json_schema_extra={"unit": "executors"},
    )
    executor_cores: int = Field(
        1,
        ge=1,
        le=256,
        title="Cores per executor",
        description="Tasks that each executor runs at once, on a cluster.",
        examples=[2],
        json_schema_extra={"unit": "cores"},
    )
    executor_memory: str = Field(
        "2g",
        pattern=MEMORY,
        title="Executor memory",
        description=(
            "Heap of each Spark executor's JVM on a cluster, in g (GiB) or m (MiB); native memory "
            "comes on top."
        ),
        examples=["4g", "512m"],
    )
    driver_memory: str = Field(
        "4g",
        pattern=MEMORY,
        title="Driver memory",
        description="Heap of the Spark driver's JVM, in g (GiB) or m (MiB).",
        examples=["8g", "512m"],
    )
