from dataclasses import replace
from urllib.parse import urlsplit

from graft_airflow.assets import SCORES
from graft_airflow.score_lineage import score_lineage
from support.scores import RECORD
from tasks.scoring.outcome import write_score
from tasks.storage.paths import Home

RUN = "manual__2026"


def test_of_a_version_of_the_registry(home: Home) -> None:
    write_score(home, RUN, replace(RECORD, version=4, pictures="hdfs://head/in"))
    lineage = score_lineage(home, RUN)
    pictures, model = lineage.inputs
    assert (pictures.name.namespace, pictures.name.name) == ("hdfs://head", "/in")
    assert (model.name.name, model.version) == (f"{home.root}/registry/flowers", "4")
    assert model.location == f"{home.root}/models/{RECORD.model}"
    (scores,) = lineage.outputs
    assert scores.name.name == urlsplit(SCORES.uri).path
    assert (scores.location, scores.rows) == (RECORD.scores, RECORD.rows)
    assert scores.facts["graft_scores"]["bad"] == RECORD.bad


def test_of_a_model_that_a_digest_names(home: Home) -> None:
    write_score(home, RUN, replace(RECORD, version=None, pictures="/in"))
    pictures, model = score_lineage(home, RUN).inputs
    assert (pictures.name.namespace, pictures.name.name) == ("file", "/in")
    assert model.name.name == f"{home.root}/models/{RECORD.model}"


def test_without_a_record_nothing_is_told(home: Home) -> None:
    assert score_lineage(home, RUN).outputs == ()
