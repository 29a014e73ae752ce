from collections.abc import Callable
from pathlib import Path
from typing import Any

from tasks.exports.layout import PICTURES
from tasks.exports.saved_model import labels_text, write_saved_model
from tasks.serving.saved_model import SavedModel


def test_an_export_has_the_signatures_and_the_labels(tiny_export: Path, loaded: Any) -> None:
    assert set(loaded.signatures) == {"serving_default", "images", "features", "heatmap"}
    assert (tiny_export / "1" / "assets" / "labels.txt").read_text() == "stripes\nspots\n"
    # The file that it was copied from is gone.
    assert sorted(path.name for path in tiny_export.iterdir()) == [
        "1",
        "README.md",
        "artifact.json",
    ]


def test_labels_are_lines_in_their_order() -> None:
    assert labels_text(["Gänseblümchen", "花 b"]) == "Gänseblümchen\n花 b\n"


def test_the_longest_side_of_the_pictures_goes_along(
    tiny_dump: Path, tiny_export: Path, classifier_of: Callable[[Path], Any], tmp_path: Path
) -> None:
    write_saved_model(classifier_of(tiny_dump), tmp_path / "1", max_side=512)
    assert SavedModel(tmp_path / "1").max_side == 512
    assert not (tiny_export / "1" / PICTURES).exists()
