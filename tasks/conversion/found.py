"""The source of a conversion by Spark: listed by executors, recognised on the driver."""

from pathlib import Path

from tasks.conversion.listing import Listed, list_files, list_one
from tasks.conversion.sketch import Sketch
from tasks.conversion.store import PictureStore
from tasks.datasets.entry import Source
from tasks.datasets.recognise import recognise
from tasks.datasets.signature import ARCHIVES
from tasks.datasets.source_folder import FolderSource
from tasks.datasets.source_loose import LooseSource
from tasks.datasets.tfrecord import holds_records
from tasks.datasets.tree import kind_of_file
from tasks.errors import DataError
from tasks.params.data import Layout
from tasks.spark.files import HadoopFiles
from tasks.storage.locations import Location


def find_source(
    store: PictureStore,
    place: Location,
    layout: Layout,
    scratch: Path,
    *,
    labelled: bool = True,
) -> tuple[Location, Listed, Sketch, Source]:
    """Return the folder of a source, what is in it, its sketch, and the source.

    Args:
        store: reads it.
        place: a folder, or a file.
        layout: of it, if the user said so.
        scratch: a local folder for the sketch.
        labelled: whether the pictures need labels.

    Raises:
        DataError: it is nothing that is known, not what the user said, or an archive.
    """
    root, listed = _listed(store, place)
    sketch = Sketch(store, root, listed, scratch, labelled=labelled)
    if root != place:
        _check_no_archive(sketch, place.name)
    source = recognise(sketch, layout, labelled=labelled)
    _complete(source, sketch)
    return root, listed, sketch, source


def _listed(store: PictureStore, source: Location) -> tuple[Location, Listed]:
    """Return the folder of the source, and the files in it that are the source."""
    files = HadoopFiles.of(store.spark)
    if files.size(source) is None:
        return source, list_files(store, source)
    (facts,) = files.facts(source).values()
    return source.parent, list_one(store, source.name, facts.size, int(1000 * facts.changed))


def _check_no_archive(sketch: Sketch, name: str) -> None:
    kind = kind_of_file(sketch.root / name)
    if kind in ARCHIVES and not holds_records(sketch.root / name):
        raise DataError(
            f"is an archive ({kind}), which executors cannot share out among them: unpack it, or "
            "leave out --spark"
        )


def _complete(source: Source, sketch: Sketch) -> None:
    """Tell a folder how many files there are, which the sketch has not."""
    if isinstance(source, LooseSource):
        source.total = sum(facts.files for facts in sketch.facts.values())
    if not isinstance(source, FolderSource):
        return
    source.total = 0
    for folder, facts in sketch.facts.items():
        if source.folders.place(f"{folder}/file".lstrip("/")):
            source.total += facts.files
        elif facts.picture:
            source.note_outside([facts.picture], facts.pictures)
