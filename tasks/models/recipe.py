"""Recipe of a model: everything that the trained head depends on.

Two runs of the same recipe share a model. The part of it that is known before Spark starts is its
``Inputs``; the number of cores and what follows from it come from the cluster.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.datasets.pair import Pair
from tasks.params.definitions import JobParams
from tasks.params.training import BEFORE
from tasks.runs.metrics import Metrics
from tasks.runs.training_record import Plan

#: Version of the model format; part of the recipe, so raising it retrains every model.
MODEL_FORMAT = 1


@dataclass(frozen=True)
class Inputs:
    """Inputs of a training: data, network and params.

    Attributes:
        digests: digests of both dumps: of data set, checkpoint, graph and weights.
        params: the params that the head depends on, as JSON types; ``feature_engine`` is the engine
            that runs, the others are as given.
    """

    digests: Pair[Mapping[str, str]]
    params: Mapping[str, Any]


@dataclass(frozen=True)
class Recipe:
    """Inputs of a training and the plan that was made for them.

    Attributes:
        inputs: data, network and params.
        plan: optimiser, batch size and cores.
        forced_by: the run that had the model trained again, None where none did.
    """

    inputs: Inputs
    plan: Plan
    forced_by: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the recipe as JSON types; its digest names the model's folder."""
        return {
            "format": MODEL_FORMAT,
            "dumps": list(self.inputs.digests),
            "training": {**self.inputs.params, "batch_size": self.plan.batch_size},
            "optimizer": self.plan.optimizer,
            "cores": self.plan.cores,
            "forced_by": self.forced_by,
        }


def inputs_of(
    params: JobParams, digests: Pair[Mapping[str, str]], exclude: str | None = None
) -> Inputs:
    """Return the inputs of a training that is about to start.

    Args:
        params: of the job; ``feature_engine`` is an engine, not ``auto``.
        digests: of both dumps.
        exclude: SHA-256 of the entries of the list to exclude, None without a list.
    """
    excluded = {"exclude": exclude} if exclude else {}
    return Inputs(digests, {**params.decisive(), **excluded})


def inputs_of_model(metrics: Metrics) -> Inputs:
    """Return the inputs of a trained model.

    A param that its version lacked has the value that the version trained with, or its default.
    """
    names = JobParams.model_fields
    given = {name: value for name, value in metrics.config.items() if name in names}
    given = {**BEFORE, **given}
    digests = Pair[Mapping[str, str]](metrics.digests.train, metrics.digests.validation)
    excluded = metrics.excluded.digest if metrics.excluded else None
    return inputs_of(JobParams.model_construct(**given), digests, excluded)


def is_current(recipe: Mapping[str, Any]) -> bool:
    """Return whether a recipe, as ``as_json`` describes it, is of this version's format."""
    return bool(recipe.get("format") == MODEL_FORMAT)
