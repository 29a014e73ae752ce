"""Class activation maps of pictures, made by a process of its own.

The process keeps TensorFlow, its memory and its crashes out of the step that writes the report.
``tasks.report.heatmap_job`` is its program.
"""

import hashlib
import heapq
import json
import logging
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from tasks.errors import DataError, StorageError
from tasks.report.class_maps import MAPS, REQUEST, WITHOUT_MAPS, Maps, PictureMaps, Request
from tasks.runs.typed_json import read_json
from tasks.storage.child_process import child_environ, ending
from tasks.storage.local_files import file_sha256, write_json
from tasks.storage.paths import HEATMAPS, Home

logger = logging.getLogger(__name__)

_SECONDS = 120.0
# A file of maps has some hundred KiB.
_OTHER_RUNS = 5


def class_maps(
    model: Path,
    pictures: Sequence[Path],
    labels: Sequence[tuple[int, ...]],
    *,
    kept: Path,
    others: Iterable[Path] = (),
    seconds: float = _SECONDS,
) -> Sequence[PictureMaps | None]:
    """Return the maps of every picture; None for one that the model does not take.

    Args:
        model: folder of the SavedModel, in that of its export.
        pictures: their files.
        labels: for every picture, the classes whose maps are asked for.
        kept: file that keeps the maps: the report is written again when the model is promoted.
        others: files of other runs, one of which may have the same maps.
        seconds: the process is ended after these.

    Raises:
        DataError: the model has no such maps, or the process failed or took too long.
    """
    paths, classes = tuple(map(str, pictures)), tuple(labels)
    content = [model.parent.name, *map(file_sha256, pictures), json.dumps(classes)]
    key = hashlib.sha256(" ".join(content).encode()).hexdigest()
    if found := _read_kept(kept, key):
        return found.pictures
    if found := next(filter(None, (_read_kept(other, key) for other in others)), None):
        _keep(found, kept)
        return found.pictures
    with tempfile.TemporaryDirectory(prefix="graft-heatmaps-") as name:
        folder = Path(name)
        write_json(folder / REQUEST, asdict(Request(str(model), paths, classes, key)))
        _run(folder, seconds)
        maps = read_json(Maps, folder / MAPS)
    _keep(maps, kept)
    return maps.pictures


def newest_maps(home: Home) -> Iterator[Path]:
    """Yield the last runs' files of maps: a run that reused a model asks for the same ones."""
    files: list[tuple[float, Path]] = []
    for path in home.runs.glob(f"*/{HEATMAPS}"):
        # Somebody may delete a run meanwhile.
        with suppress(FileNotFoundError):
            files.append((path.stat().st_mtime, path))
    yield from (path for _, path in heapq.nlargest(_OTHER_RUNS, files))


def _keep(maps: Maps, kept: Path) -> None:
    try:
        write_json(kept, asdict(maps))
    except StorageError as error:
        logger.warning("the heat maps are not kept: %s", error)


def _read_kept(path: Path, key: str) -> Maps | None:
    """Return the maps of a file; None if it has others, or is missing or damaged."""
    try:
        maps = read_json(Maps, path)
    except DataError:
        return None
    return maps if maps.key == key else None


def _run(folder: Path, seconds: float) -> None:
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "tasks.report.heatmap_job", str(folder)],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="backslashreplace",
            env=child_environ(),
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise DataError(f"the process that makes them took longer than {seconds:g} s") from None
    if ran.returncode == WITHOUT_MAPS:
        raise DataError("the network's features are not the mean of a map")
    if ran.returncode:
        raise DataError(f"the process that makes them ended with {ending(ran)}")
