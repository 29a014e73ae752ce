from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from support.run_files import DATA, METRICS, TEST
from tasks.dumps.description import read_dump
from tasks.evaluation.tally import evaluate
from tasks.exports.card import model_card
from tasks.exports.formats import Converted
from tasks.runs.data_record import DataRecord
from tasks.runs.metrics import RunMetrics
from tasks.runs.typed_json import from_json


def card(
    dump: Path,
    signatures: tuple[str, ...] = ("serving_default",),
    formats: tuple[Converted, ...] = (),
    **changes: Any,
) -> str:
    return model_card(
        model=Path("/models/m0de1"),
        metrics=RunMetrics.from_json({**METRICS, **changes}),
        data=from_json(DataRecord, DATA),
        dump=read_dump(dump),
        signatures=signatures,
        formats=formats,
        versions={"tensorflow-cpu": "2.21.0"},
    )


def test_says_what_the_model_is_and_how_good(tiny_dump: Path) -> None:
    text = card(tiny_dump, test=TEST)
    assert text.startswith("# Model m0de1\n")
    assert "| validation records | 4 | 0.2500 | 0.046 to 0.699 |" in text
    assert "| test records | 80 | 0.6125 |" in text
    assert "| 0 | `stripes` | 5 | 2 |\n| 1 | `spots` | 3 | 2 |\n" in text
    assert "The network sees all of it, scaled to 40 x 40 pixels." in text
    assert "| pyspark | 3.5.9 |\n| tensorflow-cpu | 2.21.0 |" in text


def test_says_how_sure_the_model_may_be(tiny_dump: Path) -> None:
    assert "The scores are a softmax that was not calibrated: take their" in card(tiny_dump)
    found = evaluate(np.array([[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]]), np.array([0, 1, 1]))
    uncalibrated = {"temperature": 1.0, "why": "calibrate is off"}
    text = card(tiny_dump, evaluation=asdict(found), calibration=uncalibrated)
    assert "was not calibrated (calibrate is off): take" in text
    figures = f"0.6667 | 0.7500 | {found.log_loss:.4f} | {found.calibration_error:.4f} |"
    assert f"| validation records | {figures}" in text
    assert "| 0.8 | 1 | 1 | 1.0000 | 0.207 to 1.000 |\n" in text
    assert "| 0.99 | 0 | 0 | n/a | n/a |\n" in text
    chosen = {"temperature": 1.5, "why": "as chosen", "records": 40}
    of_six = {**asdict(found), "top5": 1.0}
    text = card(tiny_dump, evaluation=of_six, calibration=chosen)
    assert "The scores are calibrated probabilities: temperature 1.5, as chosen.\n" in text
    assert "| validation records | 0.6667 | 0.7500 | 1.0000 | 0.510 to 1.000 |" in text


def test_a_signature_that_is_not_there_is_not_told(tiny_dump: Path) -> None:
    assert "| `heatmap` |" not in card(tiny_dump)
    assert "| `heatmap` |" in card(tiny_dump, ("serving_default", "heatmap"))


def test_names_of_classes_are_no_markdown(tiny_dump: Path) -> None:
    text = card(tiny_dump, class_names=["<b>\u202e`x", "Gänseblümchen"])
    assert "| 0 | ``<b>\\u202e`x`` | 5 | 2 |" in text
    assert "| 1 | `Gänseblümchen` |" in text


def test_other_formats_are_told_where_there_are_some(tiny_dump: Path) -> None:
    assert "Without TensorFlow" not in card(tiny_dump)
    formats = (
        Converted("ONNX", "model.onnx"),
        Converted("TensorFlow Lite", "model.tflite", "no `Floor` of float64"),
    )
    text = card(tiny_dump, formats=formats)
    assert "`model.onnx` is the same model for ONNX.\n" in text
    assert "There is no `model.tflite` (TensorFlow Lite): ``no `Floor` of float64``.\n" in text
