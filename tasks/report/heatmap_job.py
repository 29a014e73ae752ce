"""Program of the process that makes class activation maps: ``heatmap_job FOLDER``."""

import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tasks.errors import GraftError
from tasks.report.class_maps import MAPS, REQUEST, WITHOUT_MAPS, Maps, PictureMaps, Request
from tasks.runs.typed_json import read_json
from tasks.serving.classifier import Answer, Classifier
from tasks.serving.predict import predict
from tasks.serving.saved_model import SavedModel
from tasks.serving.sources import Source
from tasks.storage.child_process import end_with_parent
from tasks.storage.local_files import write_json

# More than colours can tell apart.
_DIGITS = 4


def write_maps(folder: Path) -> bool:
    """Write the maps that a folder's request asks for; return False if the model has none.

    Args:
        folder: see ``tasks.report.class_maps``.

    Raises:
        DataError: the request or the model cannot be read.
        UnsupportedGraphError: TensorFlow does not take the model.
    """
    request = read_json(Request, folder / REQUEST)
    classifier = Classifier(SavedModel(Path(request.model)))
    if not classifier.has_heatmap:
        return False
    write_json(folder / MAPS, asdict(Maps(tuple(_maps(classifier, request)), request.key)))
    return True


def _maps(classifier: Classifier, request: Request) -> Iterator[PictureMaps | None]:
    """Yield the maps of every picture."""
    sources = (Source(path, partial(Path.read_bytes, Path(path))) for path in request.pictures)
    results = predict(classifier, sources, heatmap=True)
    for labels, result in zip(request.labels, results, strict=True):
        yield _chosen(result.answer, labels) if result.answer else None


def _chosen(answer: Answer, labels: tuple[int, ...]) -> PictureMaps:
    maps = (answer.map_of(answer.classes[label]) for label in labels)
    return PictureMaps(
        tuple(one.astype(float).round(_DIGITS).tolist() for one in maps), answer.region
    )


def main(arguments: list[str]) -> int:
    """Write the maps of the folder that is given; return the exit status."""
    end_with_parent()
    try:
        return 0 if write_maps(Path(arguments[0])) else WITHOUT_MAPS
    except GraftError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
