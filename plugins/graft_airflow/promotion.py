"""Promotion as Airflow sees it: who started the run, and the asset of the model."""

from collections.abc import Mapping
from typing import Any

from graft_airflow.assets import model_asset, model_event
from graft_airflow.run import Run
from tasks.runs.outcome import read_metrics
from tasks.runs.promotion_record import PromotionRecord


def starter(context: Mapping[str, Any]) -> str:
    """Return who started a run: the user who triggered it, or its type, such as ``scheduled``."""
    run = context["dag_run"]
    return str(getattr(run, "triggering_user_name", None) or f"{run.run_type} run")


def update_outlets(context: Mapping[str, Any], run: Run, promotion: PromotionRecord) -> None:
    """Update the asset of the model if the run promoted its model; else update nothing.

    Args:
        context: of the task that has the asset as outlet.
        run: the task's run.
        promotion: the decision.
    """
    metrics = read_metrics(run.home, run.run_id)
    if not promotion.promoted or metrics is None:
        # Airflow updates all outlets of a task that ends well.
        context["task"].outlets = []
        return
    context["outlet_events"][model_asset(run.pipeline)].extra = model_event(metrics, run.run_id)
