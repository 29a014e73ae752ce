"""The search for the model that scores."""

from pathlib import Path

import pytest

from support.registry import promoted, registered, write_registry
from tasks.errors import DataError, ParamsError
from tasks.scoring.model import load_model
from tasks.storage.paths import Home


def test_by_digest_run_version_and_alias(trained: str, graft_home: Home) -> None:
    expected = load_model(graft_home, trained)
    assert expected.digest == trained
    assert (expected.version, expected.engine) == (None, "bigdl")
    assert expected.head.weight.shape == (3, expected.dump.feature_size)
    assert load_model(graft_home, trained[:8]).digest == trained


def test_the_registry_comes_first(trained: str, graft_home: Home, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    for name in ("models", "dumps", "weights"):
        (home.root / name).symlink_to(graft_home.root / name)
    write_registry(home, [registered(1, model=trained), promoted(1)])
    for name in ("champion", "1"):
        found = load_model(home, name)
        assert (found.digest, found.version) == (trained, 1)
    metrics = {"path": "/x", "digest": trained, "reused": True, "seconds": 0.0}
    run = home.runs / "a_run"
    run.mkdir(parents=True)
    write_metrics_of(home, metrics)
    assert load_model(home, "a_run").digest == trained


def test_a_model_is_looked_up_by_the_pipelines_name(
    trained: str, graft_home: Home, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    home.root.mkdir()
    for name in ("models", "dumps", "weights"):
        (home.root / name).symlink_to(graft_home.root / name)
    write_registry(home, [registered(1), promoted(1)])
    write_registry(home, [registered(1, model=trained), promoted(1)], name="birds")
    metrics = {"path": "/x", "digest": trained, "reused": True, "seconds": 0.0}
    write_metrics_of(home, metrics, "birds/a_run")
    for model in ("champion", "1", "a_run", "birds/a_run"):
        found = load_model(home, model, name="birds")
        assert (found.name, found.digest) == ("birds", trained)
    for model in ("a_run", "birds/a_run"):
        with pytest.raises(ParamsError, match=r"belongs to the pipeline birds, expected one of fl"):
            load_model(home, model)
    with pytest.raises(ParamsError, match="no model of 'owls' was promoted yet"):
        load_model(home, "champion", name="owls")


def write_metrics_of(home: Home, model: dict[str, object], run_id: str = "a_run") -> None:
    from support.run_files import METRICS
    from tasks.runs.metrics import RunMetrics
    from tasks.runs.outcome import write_metrics

    content = {**METRICS, "run_id": run_id, "model": model}
    write_metrics(home, run_id, RunMetrics.from_json(content))


def test_what_is_not_there_is_told(tmp_path: Path, trained: str, graft_home: Home) -> None:
    home = Home(tmp_path)
    with pytest.raises(ParamsError, match="'champion' and no model of 'flowers' was promoted yet"):
        load_model(home, "champion")
    for name in ("previous", "7", "no such run", "abcdef0"):
        with pytest.raises(ParamsError, match=f"model is {name!r}, expected champion, previous, a"):
            load_model(home, name)
    for digest in ("abcdef01", "abcdef02"):
        (home.models / digest).mkdir(parents=True)
    with pytest.raises(ParamsError, match="model is 'abcdef0', with which 2 models begin, expect"):
        load_model(home, "abcdef0")
    with pytest.raises(
        DataError, match=r"the model .*abcdef01 is gone or was changed: run the DAG"
    ):
        load_model(home, "abcdef01")
