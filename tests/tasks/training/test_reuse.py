import functools
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from support.reusable_models import DUMPS, write_dumps, write_model
from tasks.params.definitions import RunParams
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import read_metrics
from tasks.storage.locations import RemotePath
from tasks.storage.paths import Home
from tasks.training.reuse import reuse_model

MASTER = "local[2]"
RUN = "manual__2026"

Model = Callable[..., None]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    write_dumps(home)
    return home


@pytest.fixture
def model(home: Home, run_metrics: dict[str, Any]) -> Model:
    """Writes a model that was trained by two cores of this machine."""
    plan = {"master": MASTER, "cores": 2}
    return functools.partial(write_model, home, run_metrics, plan=plan)


def reuse(home: Home, master: str = MASTER, **params: Any) -> RunMetrics | None:
    """Reuse a model for a run."""
    return reuse_model(home, RUN, RunParams(**params), dumps=DUMPS, master=master)


def test_the_run_gets_the_metrics_of_the_model(
    home: Home, model: Model, caplog: pytest.LogCaptureFixture
) -> None:
    model("abc")
    with caplog.at_level(logging.INFO):
        metrics = reuse(home)
    assert metrics is not None
    assert read_metrics(home, RUN) == metrics
    assert (metrics.run_id, metrics.top1) == (RUN, 0.5)
    assert (metrics.model.digest, metrics.model.reused) == ("abc", True)
    assert f"reused {home.models / 'abc'}, trained 2026-01-02" in caplog.text
    assert "feature engine: bigdl" in caplog.text
    assert "top-1 accuracy 0.5000" in caplog.text


@pytest.mark.parametrize(
    ("master", "params"),
    [
        ("local[3]", {}),
        ("local[2,1]", {}),
        ("spark://head:7077", {}),
        (MASTER, {"force": True}),
        (MASTER, {"epochs": 11}),
    ],
)
def test_another_training_is_the_jobs(
    home: Home, model: Model, master: str, params: dict[str, Any]
) -> None:
    model("abc")
    assert reuse(home, master, **params) is None
    assert read_metrics(home, RUN) is None


def test_all_cores_are_those_of_this_machine(home: Home, model: Model) -> None:
    cores = len(os.sched_getaffinity(0))
    model("more", plan={"master": "local[*]", "cores": cores + 1})
    assert reuse(home, "local[*]") is None
    model("as many", plan={"master": "local[*]", "cores": cores})
    metrics = reuse(home, "local[*]")
    assert metrics is not None
    assert metrics.model.digest == "as many"


def test_a_model_of_another_bound_of_the_driver_is_another(home: Home, model: Model) -> None:
    model("abc", max_local_mib=0)
    assert reuse(home) is None


def test_a_damaged_model_is_trained_again(home: Home, model: Model) -> None:
    model("abc")
    path = home.models / "abc" / "metrics.json"
    path.write_text(path.read_text() + " ")
    assert reuse(home) is None


def test_no_models(home: Home) -> None:
    assert reuse(home) is None


def test_a_home_that_only_spark_reaches_is_asked_by_the_job(home: Home, model: Model) -> None:
    model("abc")
    assert reuse(replace(home, remote=RemotePath("hdfs://store/graft"))) is None
