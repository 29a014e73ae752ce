from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from graft_airflow import step, steps
from graft_airflow.assets import model_asset
from graft_airflow.promotion import starter, update_outlets
from graft_airflow.run import current_run
from support.trained import Model, write_trained
from tasks.evaluation.interval import wilson_interval
from tasks.pipelines.names import dag_id, run_name
from tasks.registry.champion import champion
from tasks.runs.metrics import RunMetrics
from tasks.runs.outcome import write_metrics
from tasks.runs.promotion_record import PromotionRecord
from tasks.runs.record import read_steps
from tasks.storage.paths import Home

InRun = Callable[..., Any]

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


class TestStarter:
    def test_is_the_user(self) -> None:
        run = SimpleNamespace(triggering_user_name="ann", run_type="manual")
        assert starter({"dag_run": run}) == "ann"

    @pytest.mark.parametrize("run_type", ["scheduled", "asset_triggered", "manual"])
    def test_or_the_runs_type(self, run_type: str) -> None:
        run = SimpleNamespace(triggering_user_name=None, run_type=run_type)
        assert starter({"dag_run": run}) == f"{run_type} run"


class TestOutlets:
    def update(self, home: Home, metrics: RunMetrics, context: Any, *, promoted: bool) -> None:
        record = PromotionRecord(version=4, promoted=promoted, why="x")
        context["task"] = SimpleNamespace(outlets=[model_asset("flowers")])
        write_metrics(home, metrics.run_id, replace(metrics, promotion=record))
        update_outlets(context, current_run(context), record)

    def test_a_promotion_updates_the_asset(
        self, home: Home, metrics: RunMetrics, in_run: InRun
    ) -> None:
        context = in_run()
        self.update(home, metrics, context, promoted=True)
        assert context["task"].outlets == [model_asset("flowers")]
        assert context["outlet_events"][model_asset("flowers")].extra == {
            "version": 4,
            "digest": "abc",
            "accuracy": 0.58,
            "accuracy_interval": list(wilson_interval(0.58, metrics.records.validation)),
            "path": "/models/abc",
            "run_id": metrics.run_id,
        }

    def test_a_refusal_updates_nothing(
        self, home: Home, metrics: RunMetrics, in_run: InRun
    ) -> None:
        context = in_run()
        self.update(home, metrics, context, promoted=False)
        assert context["task"].outlets == []


class TestStep:
    @pytest.fixture
    def run_step(self, home: Home, in_run: InRun, monkeypatch: pytest.MonkeyPatch) -> Any:
        """Run the step for a model of so many right answers of 40; return its context and facts."""

        def run_step(
            run_id: str, right: int, pipeline: str = "flowers", **params: Any
        ) -> tuple[Any, Any]:
            answers = [True] * right + [False] * (40 - right)
            metrics = write_trained(home, Model(run_name(pipeline, run_id), answers))
            home.report(metrics.run_id).write_text("no decision yet")
            context = {**in_run(**params), "run_id": run_id}
            context["dag"] = SimpleNamespace(dag_id=dag_id(pipeline))
            context["task"] = SimpleNamespace(outlets=[model_asset(pipeline)])
            for module in (step, steps):
                monkeypatch.setattr(module, "get_current_context", lambda: context)
            return context, steps.promote_model.function()

        return run_step

    def test_twice_the_second_with_a_worse_model(self, home: Home, run_step: Any) -> None:
        context, facts = run_step("first", 30)
        assert (facts["version"], facts["promoted"]) == (1, True)
        assert context["outlet_events"][model_asset("flowers")].extra["version"] == 1
        context, facts = run_step("second", 20)
        assert (facts["version"], facts["promoted"]) == (2, False)
        assert context["task"].outlets == []
        now = champion(home)
        assert now is not None
        assert now.run_id == "first"

    def test_pipelines_have_registries_of_their_own(self, home: Home, run_step: Any) -> None:
        """Though their runs have one id, as those of one schedule have."""
        run_step("scheduled__1", 30)
        context, facts = run_step("scheduled__1", 10, pipeline="birds")
        assert (facts["version"], facts["promoted"]) == (1, True)
        assert facts["path"] == str(home.registry / "birds")
        event = context["outlet_events"][model_asset("birds")].extra
        assert (event["version"], event["run_id"]) == (1, "birds/scheduled__1")
        both = [champion(home, name) for name in ("flowers", "birds")]
        assert [each.run_id for each in both if each] == ["scheduled__1", "birds/scheduled__1"]
        assert len({each.model for each in both if each}) == 2

    def test_is_recorded_and_reported(self, home: Home, run_step: Any) -> None:
        run_step("first", 30)
        (recorded,) = read_steps(home, "first")
        assert (recorded.task_id, recorded.reused) == ("promote_model", False)
        page = home.report("first").read_text()
        assert "<strong>Promoted:</strong> version 1, it is the first champion" in page

    def test_takes_the_rule_from_the_params(self, run_step: Any) -> None:
        run_step("first", 30)
        assert run_step("second", 20, promote="always")[1]["promoted"]
        assert not run_step("third", 40, promote="never")[1]["promoted"]
        assert not run_step("fourth", 39, min_accuracy=0.99)[1]["promoted"]
