"""MobileNet v1 with its official ImageNet weights on photographs, through the DAG with defaults."""

from pathlib import Path
from typing import Any

import pytest

from support.shell import Shell

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def trained(shell: Shell, fixtures_folder: Path) -> dict[str, Any]:
    """Metrics of a run on 3,670 photographs of 227 x 227 pixels."""
    ran = shell.make_run(
        {
            "network": "mobilenet_v1",
            "dataset_url": (fixtures_folder / "flowers_227.tar.gz").as_uri(),
            "checkpoint_url": (fixtures_folder / "mobilenet_v1_1.0_224.tgz").as_uri(),
        }
    )
    assert ran.status == 0, ran.output[-5000:]
    return shell.metrics(ran.run_id)


def test_nine_of_ten_flowers_are_told(trained: dict[str, Any]) -> None:
    assert trained["records"] == {"train": 3320, "validation": 350}
    assert trained["top1"] >= 0.90


def test_both_engines_agree_on_real_weights(trained: dict[str, Any]) -> None:
    parity = trained["parity"]
    assert parity["records"] >= 64
    assert parity["largest_relative_difference"] <= parity["tolerance"] < 1e-3
