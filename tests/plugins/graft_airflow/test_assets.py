import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from graft_airflow.assets import dataset_asset, model_asset, model_event
from tasks.evaluation.interval import wilson_interval
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.metrics import Measurement, RunMetrics
from tasks.storage.paths import Home

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


@pytest.mark.parametrize("name", ["flowers", "birds-2"])
def test_other_dags_know_them_by_these_names(home: Home, name: str) -> None:
    dataset, model = dataset_asset(name), model_asset(name)
    assert (dataset.name, dataset.uri) == (f"{name}_dataset", f"file://{home.root}/datasets/{name}")
    assert (model.name, model.uri) == (f"{name}_model", f"file://{home.root}/registry/{name}")
    assert Path(urlsplit(model.uri).path) == home.registry / name


@pytest.mark.parametrize("folder", ["with space", "ü", "a?b#c%d"])
def test_lineage_tools_read_their_uris(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """The scheme is one that an installed provider normalises and converts, whatever the home."""
    from airflow.providers.common.io.assets.file import sanitize_uri
    from airflow.sdk.providers_manager_runtime import ProvidersManagerTaskRuntime

    known: Any = ProvidersManagerTaskRuntime()  # type: ignore[no-untyped-call]  # Airflow's
    assert "file" in known.asset_uri_handlers
    assert "file" in known.asset_to_openlineage_converters
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path / folder))
    for asset in (dataset_asset("birds"), model_asset("birds")):
        parts = urlsplit(asset.uri)
        assert sanitize_uri(parts).geturl() == asset.uri
        assert (parts.netloc, parts.query, parts.fragment) == ("", "", "")
        assert Path(unquote(parts.path)).parent.parent == tmp_path / folder


def test_an_event_of_the_model_says_which_and_how_good(metrics: RunMetrics) -> None:
    event = model_event(metrics, "manual__2026")
    assert event == {
        "digest": "abc",
        "accuracy": 0.58,
        "accuracy_interval": list(wilson_interval(0.58, metrics.records.validation)),
        "path": "/models/abc",
        "run_id": "manual__2026",
    }
    assert json.loads(json.dumps(event)) == event


def test_an_event_has_the_test_accuracy_where_there_is_one(metrics: RunMetrics) -> None:
    features = ArtifactRecord(path="/f/t", digest="t", reused=False, seconds=1.0)
    tested = replace(metrics, test=Measurement(top1=0.6, records=80, features=features))
    event = model_event(tested, "manual__2026")
    assert event["test_accuracy"] == 0.6
    assert event["test_accuracy_interval"] == list(wilson_interval(0.6, 80))
