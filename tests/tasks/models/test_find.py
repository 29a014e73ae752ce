import functools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.graphs import small_graph
from support.reusable_models import DUMPS, write_dumps, write_manifest, write_model
from tasks.datasets.pair import Pair
from tasks.models.find import TrainedModel, find_trained
from tasks.models.recipe import MODEL_FORMAT
from tasks.params.definitions import JobParams, RunParams
from tasks.params.training import BEFORE
from tasks.storage.paths import Home

Model = Callable[..., None]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    write_dumps(home, "other")
    return home


@pytest.fixture
def model(home: Home, run_metrics: dict[str, Any]) -> Model:
    """Writes a model."""
    return functools.partial(write_model, home, run_metrics)


def find(home: Home, params: JobParams, dumps: Pair[str] = DUMPS) -> TrainedModel | None:
    """Find a model among all that are there."""
    names = [path.name for path in home.models.iterdir()]
    return find_trained(home, dumps, params, among=names)


def without(values: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != name}


@pytest.mark.parametrize("spoil", ["cut", "same size", "foreign", "no manifest", "other format"])
def test_what_is_no_whole_model_is_left_out(home: Home, model: Model, spoil: str) -> None:
    model("abc")
    folder = home.models / "abc"
    if spoil == "cut":
        (folder / "metrics.json").write_text("{")
    if spoil == "same size":
        content = (folder / "metrics.json").read_text()
        (folder / "metrics.json").write_text(content.replace('"top1"', '"t0p1"'))
    if spoil == "foreign":
        (folder / "artifact.json").write_text('{"files": {}}')
    if spoil == "no manifest":
        (folder / "artifact.json").unlink()
    if spoil == "other format":
        write_manifest(folder, {"format": MODEL_FORMAT + 1}, {})
    model("old", "2026-01-01")
    found = find(home, RunParams())
    assert found is not None
    assert found.path.name == "old"


def test_what_a_killed_job_left_is_no_model(home: Home, model: Model) -> None:
    model(".abc.x1y2")
    assert find_trained(home, DUMPS, RunParams(), among=["abc"]) is None


@pytest.mark.parametrize("among", [(), ("gone",)])
def test_no_models(home: Home, among: tuple[str, ...]) -> None:
    assert find_trained(home, DUMPS, RunParams(), among=among) is None


@pytest.mark.parametrize("dump", DUMPS)
def test_a_dump_that_is_gone(home: Home, model: Model, dump: str) -> None:
    model("abc")
    shutil.rmtree(home.dumps / dump)
    assert find(home, RunParams()) is None


def test_the_same(home: Home, model: Model) -> None:
    model("abc")
    found = find(home, RunParams())
    assert found is not None
    assert found.as_dict() == {
        "path": str(home.models / "abc"),
        "digest": "abc",
        "reused": True,
        "top1": 0.5,
        "records": 4,
        "finished_at": "2026-01-02",
    }


def test_the_newest(home: Home, model: Model) -> None:
    model("old", "2026-01-01")
    model("new", "2026-01-03")
    model("middle", "2026-01-02")
    found = find(home, RunParams())
    assert found is not None
    assert found.path.name == "new"


def test_the_newest_of_those_that_count(home: Home, model: Model) -> None:
    for name in ("old", "new", "another"):
        model(name, {"old": "2026-01-01", "new": "2026-01-02"}.get(name, "2026-01-03"))
    found = find_trained(home, DUMPS, RunParams(), among={"old", "new"})
    assert found is not None
    assert found.path.name == "new"


@pytest.mark.parametrize(
    "dumps",
    [
        Pair("other", DUMPS.validation),
        Pair(DUMPS.train, "other"),
        Pair(DUMPS.validation, DUMPS.train),
    ],
)
def test_other_dumps(home: Home, model: Model, dumps: Pair[str]) -> None:
    model("abc")
    assert find(home, RunParams(), dumps) is None


@pytest.mark.parametrize(
    "params",
    [
        {"epochs": 11},
        {"batch_size": 16},
        {"feature_engine": "tensorflow"},
        {"seed": 2},
        {"optimizer": "adam"},
        {"l2": 0.1},
        {"class_weights": "balanced"},
        {"patience": 3},
    ],
)
def test_other_params(home: Home, model: Model, params: dict[str, Any]) -> None:
    model("abc")
    assert find(home, RunParams(**params)) is None
    model("def", **params)
    found = find(home, RunParams(**params))
    assert found is not None
    assert found.path.name == "def"


def test_another_list_to_exclude(home: Home, model: Model) -> None:
    model("abc")
    assert find_trained(home, DUMPS, RunParams(), among=["abc"], exclude="e1") is None
    assert find_trained(home, DUMPS, RunParams(exclude="/e.txt"), among=["abc"]) is not None


@pytest.mark.parametrize(("operation", "engine"), [("Relu", "bigdl"), ("Tanh", "tensorflow")])
def test_auto_is_the_engine_that_runs_the_graph(
    home: Home, model: Model, operation: str, engine: str
) -> None:
    for dump in DUMPS:
        (home.dumps / dump / "model.pb").write_bytes(small_graph(operation))
    model("abc", feature_engine="bigdl")
    model("def", feature_engine="tensorflow")
    found = find(home, RunParams(feature_engine="auto"))
    assert found is not None
    assert found.path.name == {"bigdl": "abc", "tensorflow": "def"}[engine]


@pytest.mark.parametrize("params", [{"parity_records": 0}, {"driver_memory": "8g"}])
def test_params_that_change_nothing_about_the_head(
    home: Home, model: Model, params: dict[str, Any]
) -> None:
    model("abc")
    assert find(home, RunParams(**params)) is not None


def test_a_model_of_a_version_that_lacked_a_param(
    home: Home, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        dump = RunParams.model_dump
        patch.setattr(RunParams, "model_dump", lambda *a, **k: without(dump(*a, **k), "seed"))
        model("abc")
    assert "seed" not in json.loads((home.models / "abc" / "metrics.json").read_text())["config"]
    assert find(home, JobParams()) is not None
    assert find(home, JobParams(seed=2)) is None


def test_a_model_of_a_version_that_knew_no_recipe(home: Home, model: Model) -> None:
    model("abc")
    path = home.models / "abc" / "metrics.json"
    content = json.loads(path.read_text())
    for name in {"recipe", *BEFORE}:
        del content["config"][name]
    path.write_text(json.dumps(content))
    write_manifest(path.parent, {"format": MODEL_FORMAT}, {path.name: path.stat().st_size})
    assert find(home, JobParams(tune="false", calibrate=False)) is not None
    assert find(home, JobParams(tune="false", calibrate=False, l2=0.1)) is None
    assert find(home, JobParams()) is None
