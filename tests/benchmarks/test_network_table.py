from dataclasses import replace
from typing import Any

import pytest

from benchmarks.network_table import (
    HEADER,
    Accuracy,
    Measurement,
    accuracy_line,
    conclusion,
    row,
)

GOOD = Measurement(
    network="vgg_16",
    images=32,
    bigdl=5.04,
    tensorflow=5.1,
    ratio=0.99,
    difference=1.9e-5,
    tolerance=1e-4,
    jvm_mib=2345.6,
    python_mib=1800.0,
)


def test_a_row_has_a_field_for_each_column() -> None:
    assert row(GOOD) == "| vgg_16 | 1.9e-05 | 1.0e-04 | 5.0 | 5.1 | 0.99 | 2,346 | 1,800 |"
    assert {line.count("|") for line in (*HEADER, row(GOOD))} == {9}


def test_all_is_well() -> None:
    assert list(conclusion([GOOD, GOOD])) == ["2 of 2 networks: both engines agree, ratio >= 0.9"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ratio": 0.89}, "ratio 0.89 (goal >= 0.9), difference 1.9e-05"),
        ({"difference": 2e-4}, "difference 2.0e-04 (at most 1.0e-04)"),
        ({"difference": float("nan")}, "difference nan (at most 1.0e-04)"),
    ],
)
def test_what_is_not_well_is_named(change: dict[str, Any], told: str) -> None:
    bad, end = conclusion([replace(GOOD, **change)])
    assert bad.startswith("vgg_16: ")
    assert told in bad
    assert end.startswith("0 of 1 networks")


def test_an_accuracy_or_the_reason_for_none() -> None:
    found = Accuracy("mobilenet_v1", "ImageNet weights", 317 / 350, records=350)
    assert accuracy_line(found) == (
        "top-1 of mobilenet_v1 with ImageNet weights: 0.9057 (95 %: 0.871 to 0.932)"
    )
    skipped = replace(found, top1=None, reason="flowers_227.tar.gz is not beside this checkout")
    assert accuracy_line(skipped).endswith(
        "weights: skipped, flowers_227.tar.gz is not beside this checkout"
    )
