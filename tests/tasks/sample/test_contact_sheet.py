from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tasks.errors import StorageError
from tasks.sample.contact_sheet import COLUMNS, contact_sheet, save_contact_sheet
from tasks.sample.drawing.flower import FLOWERS


def test_the_contact_sheet_is_small_and_full(tmp_path: Path) -> None:
    path = tmp_path / "sample.png"
    save_contact_sheet(path)
    assert path.stat().st_size < 400 * 1024
    sheet = np.asarray(Image.open(path).convert("RGB"))
    for row in range(len(FLOWERS)):
        for column in range(COLUMNS):
            top, left = row * 104 + 20, 84 + column * 104 + 20
            assert sheet[top : top + 60, left : left + 60].std() > 3


def test_every_row_is_named() -> None:
    margin = np.asarray(contact_sheet())[:, :84]
    for row in range(len(FLOWERS)):
        assert margin[row * 104 : (row + 1) * 104].min() < 50


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot write .*/file/sheet\.png"):
        save_contact_sheet(tmp_path / "file" / "sheet.png")
