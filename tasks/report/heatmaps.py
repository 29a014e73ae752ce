"""Class activation maps of pictures, made by a process of its own.

The process keeps TensorFlow, its memory and its crashes out of the step that writes the report.
``tasks.report.heatmap_job`` is its program.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tasks.errors import DataError
from tasks.serving.region import Region
from tasks.storage.local_files import write_json
from tasks.storage.paths import CHECKOUT

#: The process's input and output, in a folder of its own.
REQUEST, MAPS = "request.json", "maps.npz"
#: Its exit status for a model that has no such maps.
WITHOUT_MAPS = 3

_SECONDS = 120.0
_LAST_LINES = 3


@dataclass(frozen=True)
class Request:
    """Input of the process.

    Attributes:
        model: folder of the SavedModel.
        pictures: their files.
        labels: for every picture, the classes whose maps are asked for. All have as many.
    """

    model: str
    pictures: tuple[str, ...]
    labels: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class PictureMaps:
    """Class activation maps of one picture.

    Attributes:
        maps: of each class that was asked for, float32 ``[classes, height, width]``.
        region: the part of the picture that they stand for.
    """

    maps: npt.NDArray[np.float32]
    region: Region


def class_maps(
    model: Path,
    pictures: Sequence[Path],
    labels: Sequence[tuple[int, ...]],
    *,
    seconds: float = _SECONDS,
) -> list[PictureMaps | None]:
    """Return the maps of every picture; None for one that the model does not take.

    Args:
        model: folder of the SavedModel.
        pictures: their files.
        labels: for every picture, the classes whose maps are asked for. All have as many.
        seconds: the process is ended after these.

    Raises:
        DataError: the model has no such maps, or the process failed or took too long.
    """
    request = Request(str(model), tuple(map(str, pictures)), tuple(labels))
    with tempfile.TemporaryDirectory(prefix="graft-heatmaps-") as kept:
        folder = Path(kept)
        write_json(folder / REQUEST, asdict(request))
        _run(folder, seconds)
        return _read(folder / MAPS)


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
            env=_environ(),
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise DataError(f"the process that makes them took longer than {seconds:g} s") from None
    if ran.returncode == WITHOUT_MAPS:
        raise DataError("the network's features are not the mean of a map")
    if ran.returncode:
        raise DataError(f"the process that makes them ended with {_ending(ran)}")


def _environ() -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT), os.environ.get("PYTHONPATH", "")]),
        "CUDA_VISIBLE_DEVICES": "",
    }


def _ending(ran: "subprocess.CompletedProcess[str]") -> str:
    ended = f"signal {-ran.returncode}" if ran.returncode < 0 else f"status {ran.returncode}"
    last = " / ".join(line.strip() for line in ran.stderr.splitlines()[-_LAST_LINES:])
    return f"{ended}: {last}" if last else ended


def _read(path: Path) -> list[PictureMaps | None]:
    with np.load(path) as arrays:
        answered, maps, edges = (arrays[name] for name in ("answered", "maps", "edges"))
    return [
        PictureMaps(maps[i], Region(*map(float, edges[i]))) if answered[i] else None
        for i in range(len(answered))
    ]
