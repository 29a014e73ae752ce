"""Facts of the run that ``write_run`` writes: one right prediction and three wrong ones."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.errors import DataError
from tasks.report.chart import BOTTOM, HEIGHT, TOP, Chart
from tasks.report.facts import report_facts
from tasks.runs.record import TASK_IDS, WITHOUT_ARTIFACT, record_step
from tasks.storage.paths import Home

Run = Callable[..., Home]


def test_confusion_scores_and_mistakes_are_those_of_the_predictions(write_run: Run) -> None:
    facts = report_facts(write_run("run"), "run")
    assert facts["confusion"] == [[1, 1], [2, 0]]
    assert facts["shares"] == [[0.5, 0.5], [1.0, 0.0]]
    assert facts["wrong_count"] == 3
    assert facts["mistakes"] == [
        {"label": "spots", "prediction": "stripes", "count": 2},
        {"label": "stripes", "prediction": "spots", "count": 1},
    ]
    assert facts["kinds_of_mistakes"] == 2
    assert facts["baseline"] == {"name": "stripes", "top1": 0.5}
    stripes, spots = facts["scores"]
    # Wilson's formula of 1 of 2 and of 0 of 2 records, z = 1.96, worked out by hand.
    assert stripes.pop("interval") == pytest.approx((0.0945, 0.9055), abs=1e-4)
    assert spots.pop("interval") == pytest.approx((0.0, 0.6576), abs=1e-4)
    assert stripes == pytest.approx(
        {"name": "stripes", "support": 2, "precision": 1 / 3, "recall": 1 / 2, "f1": 2 / 5}
    )
    assert spots == {"name": "spots", "support": 2, "precision": 0, "recall": 0, "f1": 0}
    assert facts["macro"] == pytest.approx({"precision": 1 / 6, "recall": 1 / 4, "f1": 1 / 5})


def test_wrong_pictures_are_there_without_the_data_set(write_run: Run) -> None:
    wrong = report_facts(write_run("run"), "run")["wrong"]
    assert [(picture.probability, picture.image) for picture in wrong.pictures] == [
        (0.8, None),
        (0.7, None),
        (0.6, None),
    ]


def test_curves_are_those_of_the_epochs(write_run: Run) -> None:
    facts = report_facts(write_run("run"), "run")
    for key, label, values in (
        ("loss", "training loss", ("1.5000", "0.7500")),
        ("accuracy", "top-1 accuracy", ("0.5000", "0.2500")),
    ):
        chart = facts[key]
        assert isinstance(chart, Chart)
        assert (chart.y_label, chart.x_label) == (label, "epoch")
        assert [dot.text for dot in chart.dots] == [
            f"epoch {number}: {value}" for number, value in enumerate(values, 1)
        ]


def test_the_accuracy_has_intervals_and_the_models_own_accuracy_as_a_level(
    write_run: Run,
) -> None:
    facts = report_facts(write_run("run", top1=0.75), "run")
    # On an axis from 0 to 1: 0.15 to 0.85 of 2 of 4 records, 0.046 to 0.699 of 1, by hand.
    (band,) = facts["accuracy"].bands
    heights = [float(corner.split(",")[1]) for corner in band.split()]
    shares = [(HEIGHT - BOTTOM - height) / (HEIGHT - TOP - BOTTOM) for height in heights]
    assert shares == pytest.approx([0.85, 0.699, 0.046, 0.15], abs=1e-3)
    assert facts["accuracy"].level.text == "0.7500"
    assert (facts["loss"].bands, facts["loss"].level) == ((), None)


def test_a_class_without_records_has_no_interval(write_run: Run) -> None:
    facts = report_facts(write_run("run", class_names=["stripes", "spots", "none"]), "run")
    assert facts["scores"][2]["interval"] is None


def test_a_loss_that_is_no_number_is_no_curve(write_run: Run, run_metrics: dict[str, Any]) -> None:
    epochs = [{**epoch, "loss": math.nan} for epoch in run_metrics["epochs"]]
    facts = report_facts(write_run("run", epochs=epochs), "run")
    assert facts["loss"] is None
    assert facts["accuracy"] is not None


def test_params_are_those_that_the_run_recorded(
    write_run: Run, run_metrics: dict[str, Any]
) -> None:
    home = write_run("run")
    assert report_facts(home, "run")["params"] == run_metrics["config"]
    params = {"dataset_url": "file:///x"}
    record_step(home, "run", "train_classifier", {"reused": False, "params": params})
    assert report_facts(home, "run")["params"] == params


def test_the_report_is_no_step_of_its_own(write_run: Run) -> None:
    home = write_run("run")
    record_step(home, "run", "report", {"path": "/r", "reused": False, "seconds": 1.0})
    steps = report_facts(home, "run")["steps"]
    others = [task_id for task_id in TASK_IDS if task_id not in WITHOUT_ARTIFACT]
    assert [step.task_id for step in steps] == others


def test_a_run_without_metrics(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"runs/run has no metrics\.json; expected the folder of a"):
        report_facts(Home(tmp_path), "run")


def test_metrics_that_lack_something(write_run: Run) -> None:
    home = write_run("run")
    path = home.run("run") / "metrics.json"
    path.write_text(path.read_text().replace('"class_names"', '"classes"'))
    with pytest.raises(DataError, match=r"metrics\.json is damaged .*class_names: Field required"):
        report_facts(home, "run")
