"""Lineage of a scoring: the pictures and the model that it read, and the scores."""

from graft_airflow.assets import SCORES, model_asset
from graft_airflow.lineage_record import Lineage, LineageDataset, dataset_name
from tasks.pipelines.names import BUILT_IN
from tasks.storage.paths import Home

_FACTS = ("scores", "bad", "classes", "model", "version", "network", "engine", "output", "reused")


def score_lineage(home: Home, run_id: str) -> Lineage:
    """Return the lineage of a scoring; an empty one if it has left no record.

    Raises:
        DataError: its record is damaged.
    """
    from tasks.datasets.fetch import as_url
    from tasks.scoring.outcome import read_score

    record = read_score(home, run_id)
    if record is None:
        return Lineage()
    numbered = record.version is not None
    folder = home.models / record.model
    model = LineageDataset(
        name=dataset_name(model_asset(BUILT_IN).uri if numbered else folder.as_uri()),
        version=str(record.version) if numbered else record.model,
        location=str(folder),
        is_model=True,
    )
    content = record.as_json()
    scores = LineageDataset(
        name=dataset_name(SCORES.uri),
        location=record.scores,
        rows=record.rows,
        facts={"graft_scores": {name: content[name] for name in _FACTS}},
    )
    pictures = LineageDataset(name=dataset_name(as_url(record.pictures)))
    return Lineage(inputs=(pictures, model), outputs=(scores,))
