"""A contact sheet of the bundled sample: its first training pictures of every kind, a row each."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from tasks.datasets.dataset import SPLITS
from tasks.sample.dataset import RECORDS, SEED, sample_pictures
from tasks.sample.drawing.flower import FLOWERS
from tasks.storage.local_files import storage_errors

COLUMNS = 8
# In pixels: a picture's side, the gap between two, and the margin for the names of the kinds.
_SIDE, _GAP, _MARGIN = 100, 4, 84
_CELL = _SIDE + _GAP
_COLOURS = 192


def save_contact_sheet(path: Path) -> None:
    """Write the contact sheet as a PNG.

    Raises:
        StorageError: ``path`` cannot be written, or the disk is full.
    """
    sheet = contact_sheet().quantize(_COLOURS, dither=Image.Dither.NONE)
    with storage_errors(path):
        sheet.save(path, "PNG", optimize=True)


def contact_sheet() -> Image.Image:
    """Return the contact sheet, mode RGB."""
    sheet = Image.new("RGB", (_MARGIN + COLUMNS * _CELL, len(FLOWERS) * _CELL), "white")
    captions = ImageDraw.Draw(sheet)
    for row, kind in enumerate(FLOWERS):
        place = (_GAP, row * _CELL + _SIDE // 2)
        captions.text(place, kind, fill="black", anchor="lm", font=ImageFont.load_default(13))
    filled = [0] * len(FLOWERS)
    pictures = sample_pictures(SPLITS[0], RECORDS[SPLITS[0]], SEED)
    while min(filled) < COLUMNS:
        picture, label = next(pictures)
        if filled[label] < COLUMNS:
            small = ImageOps.fit(picture, (_SIDE, _SIDE))
            sheet.paste(small, (_MARGIN + filled[label] * _CELL, label * _CELL))
            filled[label] += 1
    return sheet
