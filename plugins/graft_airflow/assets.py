"""Assets that tie a pipeline to other DAGs: the data set that it reads and the model that it makes.

Their URIs are places in ``GRAFT_HOME``, which lineage tools can read; other DAGs know them by name.
"""

from typing import Any

from airflow.sdk import Asset

from tasks.evaluation.interval import wilson_interval
from tasks.pipelines.names import BUILT_IN
from tasks.runs.metrics import RunMetrics
from tasks.storage.paths import Home


def dataset_asset(name: str) -> Asset:
    """Return the data set of a pipeline.

    A DAG that publishes a new version of the data set updates it; the pipeline then trains on it.
    """
    return Asset(name=f"{name}_dataset", uri=_uri("datasets", name), group="dataset")


def model_asset(name: str) -> Asset:
    """Return the model of a pipeline: every promotion updates it, and other DAGs may follow it."""
    return Asset(name=f"{name}_model", uri=_uri("registry", name), group="model")


def _uri(folder: str, name: str) -> str:
    return (Home.from_environ().root / folder / name).as_uri()


#: Updated by every run of ``score_pictures``; other DAGs may follow it.
SCORES = Asset(name="flowers_scores", uri=_uri("scores", BUILT_IN), group="scores")


def model_event(metrics: RunMetrics, run_id: str) -> dict[str, Any]:
    """Return the extra of an event of a model's asset.

    Its ``version`` is the number in the registry, ``accuracy`` the top-1 accuracy on the validation
    records, from 0 to 1, ``accuracy_interval`` its 95 % interval, ``test_accuracy`` and
    ``test_accuracy_interval`` the same on the test records, where there are some.
    """
    model = metrics.model
    version = {"version": metrics.promotion.version} if metrics.promotion else {}
    test = metrics.test
    return {
        **version,
        "digest": model.digest,
        **_accuracy("accuracy", metrics.top1, metrics.records.validation),
        "path": model.path,
        "run_id": run_id,
        **(_accuracy("test_accuracy", test.top1, test.records) if test else {}),
    }


def _accuracy(name: str, accuracy: float, records: int) -> dict[str, Any]:
    return {name: accuracy, f"{name}_interval": list(wilson_interval(accuracy, records))}
