"""Assets that tie the DAG to other DAGs: the data set that it reads and the model that it makes."""

from typing import Any

from airflow.sdk import Asset

from tasks.runs.metrics import RunMetrics

#: A DAG that publishes a new version of the data set names this asset as outlet; Graft's DAG then
#: trains on it.
DATASET = Asset(name="flowers_dataset", uri="graft://dataset/flowers", group="dataset")

#: Updated by every promotion; other DAGs may follow it.
MODEL = Asset(name="flowers_model", uri="graft://model/flowers", group="model")

#: Updated by every run of ``score_pictures``; other DAGs may follow it.
SCORES = Asset(name="flowers_scores", uri="graft://scores/flowers", group="scores")


def model_event(metrics: RunMetrics, run_id: str) -> dict[str, Any]:
    """Return the extra of an event of ``MODEL``.

    Its ``version`` is the number in the registry, ``accuracy`` the top-1 accuracy on the validation
    records, from 0 to 1, and ``test_accuracy`` that on the test records, where there are some.
    """
    model = metrics.model
    version = {"version": metrics.promotion.version} if metrics.promotion else {}
    test = {"test_accuracy": metrics.test.top1} if metrics.test else {}
    return {
        **version,
        "digest": model.digest,
        "accuracy": metrics.top1,
        "path": model.path,
        "run_id": run_id,
        **test,
    }
