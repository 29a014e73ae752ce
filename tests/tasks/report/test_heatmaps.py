import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from support.serving import picture
from support.tiny_saved_model import REGION
from tasks.errors import DataError
from tasks.networks.tensorflow import import_tensorflow
from tasks.report.class_maps import Maps
from tasks.report.heatmaps import class_maps, newest_maps
from tasks.runs.typed_json import read_json
from tasks.serving.region import Region
from tasks.storage.paths import Home


@pytest.fixture
def red(tmp_path: Path) -> Path:
    path = tmp_path / "red"
    path.write_bytes(picture("red"))
    return path


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "run" / "heatmaps.json"


def test_a_process_answers_with_the_maps_of_every_picture(
    tiny_model: Path, red: Path, kept: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(b"no picture")
    found, none = class_maps(tiny_model, [red, bad], [(0, 1), (0, 1)], kept=kept)
    assert none is None
    assert found
    assert found.region == Region.of_edges(REGION)
    assert np.array(found.maps[0]) == pytest.approx(np.full((4, 4), 4.0), abs=0.1)
    assert np.array(found.maps[1]) == pytest.approx(np.zeros((4, 4)), abs=0.1)
    assert read_json(Maps, kept).pictures == (found, None)


def test_a_model_without_maps(red: Path, kept: Path, tmp_path: Path) -> None:
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
        class_maps(tmp_path / "1", [red], [(0, 0)], kept=kept)


def test_a_model_that_is_gone(red: Path, kept: Path, tmp_path: Path) -> None:
    expected = f"the process that makes them ended with status 1: {tmp_path} is no SavedModel"
    with pytest.raises(DataError, match=f"^{re.escape(expected)}"):
        class_maps(tmp_path, [red], [(0, 1)], kept=kept)


def test_a_process_that_takes_too_long(tiny_model: Path, red: Path, kept: Path) -> None:
    with pytest.raises(DataError, match=r"^the process that makes them took longer than 0\.001 s$"):
        class_maps(tiny_model, [red], [(0, 1)], kept=kept, seconds=0.001)


def test_a_process_that_is_killed(
    tiny_model: Path, red: Path, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\nkill -9 $$\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(DataError, match=r"^the process that makes them ended with signal 9$"):
        class_maps(tiny_model, [red], [(0, 1)], kept=kept)


def test_the_newest_maps_are_those_of_five_runs(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert list(newest_maps(home)) == []
    for number in range(7):
        path = home.heatmaps(f"manual__2026-11-0{number}T00:00:00+00:00")
        path.parent.mkdir(parents=True)
        path.touch()
        os.utime(path, (number, number))
    (home.runs / "without").mkdir()
    found = newest_maps(home)
    assert [path.stat().st_mtime for path in found] == [6, 5, 4, 3, 2]


class TestKeptMaps:
    """No model is there, so that only maps that are kept can be an answer."""

    @pytest.fixture
    def fake(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A program that writes the same maps for everything, with the key that it is given."""
        program = tmp_path / "python"
        program.write_text(
            f"#!{sys.executable}\n"
            "import json, pathlib, sys\n"
            "folder = pathlib.Path(sys.argv[-1])\n"
            "key = json.loads((folder / 'request.json').read_text())['key']\n"
            "(folder / 'maps.json').write_text(json.dumps({'pictures': [None], 'key': key}))\n"
            f"print('x', file=open({str(tmp_path / 'started')!r}, 'a'))\n"
        )
        program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))
        return tmp_path / "started"

    def starts(
        self, red: Path, kept: Path, *, label: int = 0, export: str = "e", pixels: bytes = b"a"
    ) -> None:
        red.write_bytes(pixels)
        assert list(class_maps(Path(export, "1"), [red], [(label,)], kept=kept)) == [None]

    def test_are_made_once(self, fake: Path, red: Path, kept: Path) -> None:
        self.starts(red, kept)
        self.starts(red, kept)
        assert fake.read_text() == "x\n"

    def test_are_those_of_another_run_that_asked_the_same(
        self, fake: Path, red: Path, kept: Path, tmp_path: Path
    ) -> None:
        self.starts(red, kept)
        others = [tmp_path / "none.json", kept]
        mine = tmp_path / "mine.json"
        model = Path("e", "1")
        assert list(class_maps(model, [red], [(0,)], kept=mine, others=others)) == [None]
        assert mine.read_text() == kept.read_text()
        assert fake.read_text() == "x\n"
        assert list(class_maps(model, [red], [(1,)], kept=mine, others=others)) == [None]
        assert fake.read_text() == "x\nx\n"

    def test_are_made_anew_for_another_question(self, fake: Path, red: Path, kept: Path) -> None:
        for count, other in enumerate(({}, {"label": 1}, {"export": "f"}, {"pixels": b"b"}), 1):
            self.starts(red, kept, **other)  # type: ignore[arg-type] # each is of its own type
            assert fake.read_text() == "x\n" * count

    def test_are_made_anew_where_the_file_is_damaged(
        self, fake: Path, red: Path, kept: Path
    ) -> None:
        self.starts(red, kept)
        kept.write_text("{")
        self.starts(red, kept)
        assert fake.read_text() == "x\n" * 2

    def test_need_not_be_kept(
        self, fake: Path, red: Path, kept: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        kept.parent.write_text("")
        self.starts(red, kept)
        assert fake.read_text() == "x\n"
        assert "the heat maps are not kept: cannot write" in caplog.text
