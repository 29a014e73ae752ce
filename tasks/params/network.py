"""Params of the network and of the engine that runs it."""

from typing import Literal

from pydantic import Field

from tasks.params.base import URL, Params, sha256_field

INCEPTION_V1_URL = "http://download.tensorflow.org/models/inception_v1_2016_08_28.tar.gz"

Network = Literal["inception_v1"]
FeatureEngine = Literal["bigdl", "tensorflow"]


class NetworkParams(Params, title="Network"):
    """Pretrained network that is dumped."""

    network: Network = Field(
        "inception_v1",
        title="Network",
        description="TF-Slim's name of the network that turns pictures into features.",
    )
    checkpoint_url: str = Field(
        INCEPTION_V1_URL,
        pattern=URL,
        title="Checkpoint URL",
        description="A tar archive with the network's TF-Slim checkpoint.",
        examples=["https://example.org/inception_v1.tar.gz"],
    )
    checkpoint_sha256: str | None = sha256_field("Checkpoint SHA-256")
    dump_batch_size: int = Field(
        32,
        ge=1,
        le=1024,
        title="Batch size of the dump",
        description="Images per batch in the dumped pipeline.",
        examples=[64],
        json_schema_extra={"unit": "images"},
    )


class FeatureParams(Params, title="Network"):
    """Engine that runs the dumped network in the training job; shown with the network."""

    feature_engine: FeatureEngine = Field(
        "bigdl",
        title="Feature engine",
        description=(
            "What runs the dumped pipeline on Spark: bigdl in the executors' JVMs, tensorflow in "
            "their Python workers."
        ),
    )
    parity_records: int = Field(
        64,
        ge=0,
        le=100_000,
        title="Records for the parity check",
        description=(
            "Validation records that both feature engines are run on, before training; where they "
            "differ the run fails. 0: no check."
        ),
        examples=[256],
        json_schema_extra={"unit": "records"},
    )
