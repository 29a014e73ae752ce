from typing import Any

import pytest

from benchmarks.processes import Measured
from benchmarks.results import RATIOS, report, summarise
from tasks.runs.metrics import RunMetrics

MEASURED = {
    "forward_only": Measured(3.0, "50.0\n"),
    "cold": Measured(90.0, "", {("driver JVM", 1): 1000.0}),
    "warm": Measured(18.0),
    "plain_script": Measured(100.0, "some lines\n0.5800\n"),
    "tensorflow": Measured(110.0, "", {("script", 2): 9.0, ("python worker", 3): 880.0}),
    "checked": Measured(20.0),
    "getrdd": Measured(30.0, "\n40 4.0\n"),
}


@pytest.fixture
def metrics(run_metrics: dict[str, Any]) -> dict[str, RunMetrics]:
    """Metrics of the three jobs whose features or accuracy are compared."""

    def of_job(features: float, top1: float) -> RunMetrics:
        changes = {
            "run_id": "bench",
            "model": {"path": "/models/m0de1", **run_metrics["model"]},
            "records": {"train": 2000, "validation": 400},
            "stages": {"features": features, "parity": 5.0},
            "top1": top1,
            "parity": {"largest_relative_difference": 3e-6},
        }
        return RunMetrics.from_json({**run_metrics, **changes})

    return {
        "cold": of_job(60.0, 0.56),
        "tensorflow": of_job(80.0, 0.55),
        "checked": of_job(0.0, 0.56),
    }


def test_ratios_are_of_one_run(metrics: dict[str, RunMetrics]) -> None:
    results = summarise(MEASURED, metrics)
    assert results["images_per_second"] == {
        "forward_only": 50.0,
        "bigdl": 40.0,
        "tensorflow": 30.0,
        "getrdd": 4.0,
    }
    assert results["ratios"] == pytest.approx(
        {
            "bigdl_over_getrdd": 10,
            "bigdl_over_tensorflow": 4 / 3,
            "features_over_forward": 0.8,
            "job_over_plain_script": 0.9,
            "warm_over_cold": 0.2,
        }
    )
    assert set(results["ratios"]) == set(RATIOS)


def test_accuracies_are_of_the_three_ways(metrics: dict[str, RunMetrics]) -> None:
    top1 = summarise(MEASURED, metrics)["top1"]
    assert top1 == {"bigdl": 0.56, "tensorflow": 0.55, "plain_script": 0.58}


def test_the_report_has_every_ratio_with_its_goal_and_every_process(
    metrics: dict[str, RunMetrics],
) -> None:
    lines = list(report(summarise(MEASURED, metrics)))
    assert lines[0] == "2,400 records"
    assert any(line.endswith(" 10.00  (goal >= 10)") for line in lines)
    assert any(line.endswith("  0.90  (goal <= 1.00)") for line in lines)
    assert "seconds: job_cold 90, job_warm 18, job_cold_tensorflow 110, plain_script 100, " in (
        "\n".join(lines)
    )
    assert lines[-2:] == [
        "  python worker      880 MiB",
        "  script               9 MiB",
    ]
