"""Search for pictures without labels, of any layout, by executors."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.conversion.found import find_source
from tasks.conversion.listing import Listed
from tasks.conversion.store import PictureStore
from tasks.datasets.source_list import ListSource
from tasks.datasets.source_loose import LooseSource
from tasks.datasets.source_parquet import ParquetSource
from tasks.datasets.source_tfrecord import TfrecordSource
from tasks.errors import DataError
from tasks.params.scoring import ScoreConfig
from tasks.scoring.parts import Parts, cut_files, cut_pictures
from tasks.storage.locations import Location
from tasks.storage.redaction import redact

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Found:
    """Pictures that were found.

    Attributes:
        source: the pictures of one layout.
        listed: files of the source.
        root: their folder.
    """

    source: Any
    listed: Listed
    root: Location


def find_pictures(
    store: PictureStore, place: Location, config: ScoreConfig, scratch: Path
) -> Found:
    """Return the pictures at a place that executors read.

    Args:
        store: reads.
        place: a folder, or a file that is no archive.
        config: how the user calls it, and its layout if the user said so.
        scratch: a local folder for a sketch of it.

    Raises:
        DataError: there are no pictures, or not what the user said.
    """
    try:
        root, listed, _, source = find_source(
            store, place, config.data_layout, scratch, labelled=False
        )
    except DataError as error:
        raise DataError(f"{redact(config.pictures_url)}: {error}") from error
    logger.info("%s: read as layout %s", redact(config.pictures_url), source.layout)
    return Found(source, listed, root)


def cut(found: Found) -> Parts:
    """Return the parts of pictures."""
    source = found.source
    if isinstance(source, ListSource | LooseSource):
        return cut_pictures(source.total)
    if isinstance(source, ParquetSource | TfrecordSource):
        return cut_files(source.files, found.listed.summary.sizes)
    raise TypeError(source)
