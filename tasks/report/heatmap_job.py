"""Program of the process that makes class activation maps: ``heatmap_job FOLDER``."""

import ctypes
import signal
import sys
from collections.abc import Iterator
from dataclasses import astuple
from functools import partial
from pathlib import Path

import numpy as np

from tasks.errors import GraftError
from tasks.report.heatmaps import MAPS, REQUEST, WITHOUT_MAPS, PictureMaps, Request
from tasks.runs.typed_json import read_json
from tasks.serving.classifier import Answer, Classifier
from tasks.serving.predict import predict
from tasks.serving.region import WHOLE
from tasks.serving.saved_model import SavedModel
from tasks.serving.sources import Source

_SET_PARENT_DEATH_SIGNAL = 1


def write_maps(folder: Path) -> bool:
    """Write the maps that a folder's request asks for; return False if the model has none.

    Args:
        folder: see ``tasks.report.heatmaps``.

    Raises:
        DataError: the request or the model cannot be read.
        UnsupportedGraphError: TensorFlow does not take the model.
    """
    request = read_json(Request, folder / REQUEST)
    classifier = Classifier(SavedModel(Path(request.model)))
    if not classifier.has_heatmap:
        return False
    found = list(_maps(classifier, request))
    some = next((one.maps for one in found if one), np.zeros((1, 1, 1), np.float32))
    np.savez(
        folder / MAPS,
        answered=[one is not None for one in found],
        maps=[one.maps if one else np.zeros_like(some) for one in found],
        edges=[astuple(one.region if one else WHOLE) for one in found],
    )
    return True


def _maps(classifier: Classifier, request: Request) -> Iterator[PictureMaps | None]:
    """Yield the maps of every picture."""
    sources = (Source(path, partial(Path.read_bytes, Path(path))) for path in request.pictures)
    results = predict(classifier, sources, heatmap=True)
    for labels, result in zip(request.labels, results, strict=True):
        yield _chosen(result.answer, labels) if result.answer else None


def _chosen(answer: Answer, labels: tuple[int, ...]) -> PictureMaps:
    maps = [answer.map_of(answer.classes[label]) for label in labels]
    return PictureMaps(np.stack(maps), answer.region)


def main(arguments: list[str]) -> int:
    """Write the maps of the folder that is given; return the exit status."""
    # Ends with the step that started it.
    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    try:
        return 0 if write_maps(Path(arguments[0])) else WITHOUT_MAPS
    except GraftError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
