"""All params of a run and of the training job, composed of their sections.

The DAG's trigger form, ``make run CONF=...``, ``GRAFT_PARAMS`` and the job's flags are made from
these models. To add a param, add a field to its section.
"""

from typing import Any

from pydantic import Field

from tasks.networks.inception import INCEPTION_V1
from tasks.params.base import Params
from tasks.params.data import DataParams, ExcludeParams
from tasks.params.model_file import CheckedNetworkParams, ModelFileParams
from tasks.params.network import FILE, FeatureParams, NetworkParams
from tasks.params.promotion import PromotionParams
from tasks.params.spark import SparkParams
from tasks.params.training import BEFORE, ReuseParams, TrainingParams

#: In the order of the trigger form; sections of one title are shown as one.
SECTIONS: tuple[type[Params], ...] = (
    DataParams,
    ExcludeParams,
    NetworkParams,
    ModelFileParams,
    FeatureParams,
    TrainingParams,
    PromotionParams,
    SparkParams,
    ReuseParams,
)
#: Params that have no use when the source is the bundled sample.
SOURCE_PARAMS = (
    "dataset_url",
    "dataset_sha256",
    "dataset_conn_id",
    "checkpoint_url",
    "checkpoint_sha256",
    "checkpoint_conn_id",
)


def replaced_by_sample(network: str) -> tuple[str, ...]:
    """Return the params that have no use with the bundled sample, which has no model's file."""
    if network != FILE:
        return SOURCE_PARAMS
    return tuple(name for name in SOURCE_PARAMS if name.startswith("dataset_"))


def network_of_sample(network: str) -> str:
    """Return the network whose sample a run takes; a model's file goes with the default's."""
    return INCEPTION_V1.name if network == FILE else network


# Params of the job that do not change the trained head: a recipe is a name for values of others; of
# a list to exclude, the entries matter and not the place.
_NO_INFLUENCE = {"force", "parity_records", "recipe", "exclude"}


# Pydantic takes the fields of the last base first.
class JobParams(ReuseParams, TrainingParams, FeatureParams, ExcludeParams):
    """Params that the DAG hands on to the training job."""

    def decisive(self) -> dict[str, Any]:
        """Return the params that the trained head depends on, as JSON types.

        A param that older versions lacked is left out where it has the value that they trained
        with, so that their models are found again.
        """
        names = set(JobParams.model_fields) - _NO_INFLUENCE
        params = self.resolved().model_dump(mode="json", include=names)
        return {k: v for k, v in params.items() if k not in BEFORE or v != BEFORE[k]}


class RunParams(JobParams, SparkParams, PromotionParams, CheckedNetworkParams, DataParams):
    """Params of a run of the DAG."""


class JobConfig(JobParams):
    """Flags of the training job: its params, its input and where its results go."""

    train_dump: str = Field(
        min_length=1,
        title="Training dump",
        description="Folder of the training split's dump.",
    )
    validation_dump: str = Field(
        min_length=1,
        title="Validation dump",
        description="Folder of the validation split's dump.",
    )
    run_id: str | None = Field(
        None,
        title="Run",
        description="Name of the run whose folder gets metrics.json; a time stamp by default.",
    )
    max_local_mib: int = Field(
        1024,
        ge=0,
        title="Most features on the driver, MiB",
        description=(
            "On a local master, features up to this size are trained on in the driver's JVM "
            "(LocalOptimizer), if they are no more than an eighth of its heap too; larger ones, or "
            "any on a cluster, stay distributed (DistriOptimizer)."
        ),
    )
    log_iterations: bool = Field(
        False,
        title="Log iterations",
        description="Print BigDL's line for every iteration, not only for every epoch.",
    )
