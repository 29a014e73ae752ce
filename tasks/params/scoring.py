"""Params of ``score_pictures``."""

from typing import Literal

from pydantic import Field

from tasks.params.base import MODEL_NAME, PLACE, Params
from tasks.params.data import Layout
from tasks.params.spark import SparkParams

ScoreFormat = Literal["parquet", "csv"]
ScoreEngine = Literal["model", "bigdl", "tensorflow"]


class PicturesParams(Params, title="Pictures"):
    """Pictures to score, and where the scores go."""

    pictures_url: str = Field(
        pattern=PLACE,
        title="Pictures",
        description=(
            "A folder of pictures, with subfolders or not; a zip or a tar of one; a CSV or JSON "
            "lines file with path; Parquet or TFRecord files. A URL of any file system of "
            "Hadoop's, http(s), or a path that driver and executors see."
        ),
        examples=["/home/me/pictures", "hdfs:///pictures", "s3a://bucket/new"],
    )
    data_layout: Layout = Field(
        "auto",
        title="Layout",
        description=(
            "auto: told by looking at the files. folder: files. list: a CSV or JSON lines file "
            "with path. parquet, tfrecord: such files. Labels are not needed and not read."
        ),
    )
    scores_url: str | None = Field(
        None,
        pattern=PLACE,
        title="Scores",
        description=(
            "Folder that gets the scores: new, empty, or of the same pictures and model, which go "
            "on. Empty: a folder of GRAFT_HOME/scores for these pictures and this model."
        ),
        examples=["hdfs:///scores/2026-11-27"],
    )
    output: ScoreFormat = Field("parquet", title="Format", description="Format of the scores.")
    max_bad: float | None = Field(
        None,
        ge=0,
        le=1,
        title="Most bad pictures",
        description=(
            "Share of pictures that may be unusable; with more the step fails. Empty: any. Each "
            "has a row that says why."
        ),
        examples=[0.05],
    )


class ScoringModelParams(Params, title="Model"):
    """Model that scores."""

    name: str = Field(
        "flowers",
        pattern=MODEL_NAME,
        title="Name",
        description="Name of the model in the registry: that of its pipeline.",
        examples=["birds"],
    )
    model: str = Field(
        "champion",
        min_length=1,
        max_length=300,
        title="Model",
        description=(
            "champion, previous, a version's number, a run of the pipeline, or a model's digest or "
            "its beginning."
        ),
        examples=["4"],
    )
    feature_engine: ScoreEngine = Field(
        "model",
        title="Feature engine",
        description=(
            "What runs the network: bigdl in the executors' JVMs, tensorflow in their Python "
            "workers; model: the one that made the features on which the model was trained."
        ),
    )


#: In the order of the trigger form.
SCORE_SECTIONS: tuple[type[Params], ...] = (PicturesParams, ScoringModelParams, SparkParams)


# Pydantic takes the fields of the last base first.
class ScoreJobParams(ScoringModelParams, PicturesParams):
    """Params that the DAG hands on to the scoring job."""


class ScoreParams(SparkParams, ScoreJobParams):
    """Params of a run of ``score_pictures``."""


class ScoreConfig(ScoreJobParams):
    """Flags of the scoring job."""

    run_id: str | None = Field(
        None,
        title="Run",
        description="Name of the run that asks; a time stamp by default.",
    )
