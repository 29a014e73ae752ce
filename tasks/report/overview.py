"""Page of a pipeline's runs, and of two of them compared."""

from collections.abc import Sequence
from typing import Any

from tasks.errors import GraftError
from tasks.evaluation.interval import wilson_interval
from tasks.registry.champion import FLOWERS
from tasks.registry.table import version_rows
from tasks.report.best import best_runs
from tasks.report.chart import line_chart
from tasks.report.html import render
from tasks.report.runs import MOST_RUNS, RunRow, compare, read_runs
from tasks.storage.paths import Home


def overview(
    home: Home,
    *,
    dag_id: str,
    name: str = FLOWERS,
    names: Sequence[str] = (),
    first: str = "",
    second: str = "",
    may_change: bool = False,
    token: str = "",
) -> str:
    """Return the page of a pipeline's runs, as HTML.

    Args:
        home: where the runs are.
        dag_id: part of the links to their reports.
        name: the pipeline's.
        names: of the pipelines to choose from.
        first: name of a run to compare; the page tells a name that no run has.
        second: name of the run to compare it with.
        may_change: whether the user may promote a version and roll back.
        token: goes back to the server with either.
    """
    rows = read_runs(home, name)
    chosen = [_find(rows, run) for run in (first, second)]
    one, other = chosen
    numbers = [str(number) for number in range(1, len(rows) + 1)]
    return render(
        "runs.html.j2",
        dag_id=dag_id,
        rows=rows,
        best=best_runs(home, rows),
        has_test=any(row.test is not None for row in rows),
        most_runs=MOST_RUNS,
        accuracy=line_chart(
            numbers,
            [row.score.top1 for row in rows],
            x_label="run",
            y_label="top-1 accuracy",
            intervals=[wilson_interval(row.score.top1, row.score.count) for row in rows],
            most=1.0,
        ),
        chosen=chosen,
        missing=[run for run, row in zip((first, second), chosen, strict=True) if run and not row],
        differences=compare(one, other) if one and other else [],
        names=names,
        **_versions(home, name),
        may_change=may_change,
        token=token,
    )


def _versions(home: Home, name: str) -> dict[str, Any]:
    """Return the versions of the model, or why they cannot be read: the runs can nevertheless."""
    facts: dict[str, Any] = {"model": name, "versions": (), "champion": None, "previous": None}
    try:
        rows = version_rows(home, name)
    except GraftError as error:
        return {**facts, "registry_error": str(error)}
    named = {alias: row.version.number for row in rows for alias in row.aliases}
    return {**facts, **named, "versions": rows, "registry_error": ""}


def _find(rows: Sequence[RunRow], name: str) -> RunRow | None:
    return next((row for row in rows if row.name == name), None)
