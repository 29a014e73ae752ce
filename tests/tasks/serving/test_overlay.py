from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.serving import picture
from tasks.errors import StorageError
from tasks.serving.overlay import OverlayFolder, colours_of, cover, overlay
from tasks.serving.region import Region


def test_the_map_covers_its_region_alone() -> None:
    white = picture("white", size=(200, 100))
    heatmap = np.array([[0, 1], [0, 1]], np.float32)
    covered = np.asarray(overlay(white, heatmap, Region(0.25, 0.25, 0.5, 0.5)))
    assert covered.shape == (100, 200, 3)
    assert (covered[:25] == 255).all()
    assert (covered[75:] == 255).all()
    assert (covered[:, :50] == 255).all()
    assert (covered[:, 150:] == 255).all()
    middle = covered[50].astype(int)
    # Dark where it is low, yellow where it is high.
    assert middle[55].tolist() == pytest.approx([191, 191, 192], abs=3)
    assert middle[145, 0] > 245
    assert middle[145, 2] < 200


def test_a_large_picture_is_scaled_down() -> None:
    large = picture("white", size=(3000, 1500))
    assert overlay(large, np.zeros((2, 2), np.float32), Region()).size == (1024, 512)


def test_a_picture_that_is_open_already_is_covered_alike() -> None:
    heatmap = np.array([[0, 1], [0, 1]], np.float32)
    region = Region(0.25, 0.25, 0.5, 0.5)
    covered = cover(Image.new("RGB", (200, 100), "white"), heatmap, region)
    assert (
        covered.tobytes() == overlay(picture("white", size=(200, 100)), heatmap, region).tobytes()
    )


def test_colours_of_a_flat_map_are_the_lowest() -> None:
    assert colours_of(np.full((1, 1), 7, np.float32)).tolist() == [[[0, 0, 4, 64]]]


def test_files_are_named_after_their_pictures(tmp_path: Path) -> None:
    folder = OverlayFolder(tmp_path / "maps")
    shown = Image.new("RGB", (2, 2))
    names = ("a/rose.jpg", "b/rose.jpg", "https://host/x y.png?***", "..")
    found = [folder.save(name, shown).name for name in names]
    assert found == ["rose.jpg.png", "rose.jpg-2.png", "x_y.png.png", "run.png"]
    assert {path.name for path in (tmp_path / "maps").iterdir()} == set(found)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file"):
        OverlayFolder(tmp_path / "file" / "maps")
