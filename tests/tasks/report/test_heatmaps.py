import re
import sys
from pathlib import Path

import numpy as np
import pytest

from support.serving import picture
from support.tiny_saved_model import REGION
from tasks.errors import DataError
from tasks.networks.tensorflow import import_tensorflow
from tasks.report.heatmaps import class_maps
from tasks.serving.region import Region


@pytest.fixture
def red(tmp_path: Path) -> Path:
    path = tmp_path / "red"
    path.write_bytes(picture("red"))
    return path


def test_a_process_answers_with_the_maps_of_every_picture(
    tiny_model: Path, red: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(b"no picture")
    found, none = class_maps(tiny_model, [red, bad], [(0, 1), (0, 1)])
    assert none is None
    assert found
    assert found.region == Region.of_edges(REGION)
    assert found.maps[0] == pytest.approx(np.full((4, 4), 4.0), abs=0.1)
    assert found.maps[1] == pytest.approx(np.zeros((4, 4)), abs=0.1)


def test_a_model_without_maps(red: Path, tmp_path: Path) -> None:
    tf = import_tensorflow()
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "image_bytes")])  # type: ignore[untyped-decorator] # TensorFlow is untyped
    def serving(image_bytes: object) -> dict[str, object]:
        count = tf.shape(image_bytes)[0]
        return {
            "prediction": tf.zeros([count], tf.int64),
            "scores": tf.ones([count, 1]),
            "classes": tf.fill([count, 1], "a"),
        }

    tf.saved_model.save(module, str(tmp_path / "1"), {"serving_default": serving})
    with pytest.raises(DataError, match=r"^the network's features are not the mean of a map$"):
        class_maps(tmp_path / "1", [red], [(0, 0)])


def test_a_model_that_is_gone(red: Path, tmp_path: Path) -> None:
    expected = f"the process that makes them ended with status 1: {tmp_path} is no SavedModel"
    with pytest.raises(DataError, match=f"^{re.escape(expected)}"):
        class_maps(tmp_path, [red], [(0, 1)])


def test_a_process_that_takes_too_long(tiny_model: Path, red: Path) -> None:
    with pytest.raises(DataError, match=r"^the process that makes them took longer than 0\.001 s$"):
        class_maps(tiny_model, [red], [(0, 1)], seconds=0.001)


def test_a_process_that_is_killed(
    tiny_model: Path, red: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(DataError, match=r"^the process that makes them ended with signal 9$"):
        class_maps(tiny_model, [red], [(0, 1)])
