"""The maps of the tiny model, whose map of a class is four times the class's colour."""

import io
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.tiny_saved_model import REGION
from tasks.report.class_maps import MAPS, REQUEST, Maps, Request
from tasks.report.heatmap_job import write_maps
from tasks.runs.typed_json import read_json
from tasks.serving.region import Region
from tasks.storage.local_files import write_json


def half_red() -> bytes:
    """A picture that is red on its left and black on its right."""
    output = io.BytesIO()
    picture = Image.new("RGB", (64, 64), "black")
    picture.paste((255, 0, 0), (0, 0, 32, 64))
    picture.save(output, "JPEG", quality=95, subsampling=0)
    return output.getvalue()


@pytest.mark.parametrize("good", [True, False])
def test_maps_are_those_of_the_labels_and_a_bad_picture_has_none(
    tiny_model: Path, tmp_path: Path, good: bool
) -> None:
    (tmp_path / "a").write_bytes(b"no picture")
    (tmp_path / "b").write_bytes(half_red() if good else b"none either")
    paths = tuple(str(tmp_path / name) for name in "ab")
    request = Request(str(tiny_model), paths, ((0, 1), (2, 0)), "k")
    write_json(tmp_path / REQUEST, asdict(request))
    assert write_maps(tmp_path)
    found = read_json(Maps, tmp_path / MAPS)
    assert found.key == "k"
    none, some = found.pictures
    assert none is None
    assert (some is not None) == good
    if some:
        blue, red = np.array(some.maps)
        # The tiny model scales a picture to 8 pixels and keeps every second one.
        assert red == pytest.approx(np.repeat([[4.0, 4.0, 0.0, 0.0]], 4, 0), abs=0.1)
        assert blue == pytest.approx(np.zeros((4, 4)), abs=0.1)
        assert some.region == Region.of_edges(REGION)
