"""A local sketch of a remote folder, in which the layout is recognised as in the folder itself.

It has what ``recognise`` looks at: lists and label files whole, the first bytes of other files, and
of Parquet files what is behind their data; of all pictures of a folder only the first one's name.
"""

from collections.abc import Iterator
from pathlib import Path

from tasks.conversion.listing import Listed
from tasks.conversion.store import PictureStore
from tasks.conversion.summary import FolderFacts
from tasks.datasets.labels import LABEL_FILES, MAX_LABEL_BYTES
from tasks.datasets.list_rows import has_columns
from tasks.datasets.recognise import is_list_name
from tasks.datasets.signature import HEAD_BYTES, kind_of
from tasks.datasets.tree import TreeFile
from tasks.spark.files import HadoopFiles
from tasks.storage.locations import Location

_LIST_HEAD = 2**16
_PARQUET_END = 8
_MOST_FOOTER = 2**28


class Sketch:
    """The files of a folder that was listed by executors; see ``tasks.datasets.tree.Tree``.

    Args:
        store: reads the folder.
        source: the folder.
        listed: what is in it.
        root: a local folder for the sketch.
        labelled: whether a list needs labels.
    """

    def __init__(
        self,
        store: PictureStore,
        source: Location,
        listed: Listed,
        root: Path,
        *,
        labelled: bool = True,
    ) -> None:
        self.root = root
        self._labelled = labelled
        self.junk = listed.summary.junk
        self.links = listed.summary.links
        self.folders = listed.folders
        self.facts: dict[str, FolderFacts] = listed.summary.folders
        self._store = store
        self._source = source
        self._sizes = listed.summary.sizes
        for path, size in self._sizes.items():
            self._draw(path, size)

    def files(self) -> Iterator[TreeFile]:
        """Yield the first picture of every folder, and all files that may tell the layout."""
        firsts = (first for facts in self.facts.values() for first in (facts.picture, facts.other))
        for path in sorted({*self._sizes, *filter(None, firsts)}):
            yield TreeFile(path)

    def check_unchanged(self) -> None:
        """Do nothing: what is read twice is checked when it is read again."""

    def _draw(self, path: str, size: int) -> None:
        name = path.rpartition("/")[2].lower()
        local = self.root / path
        local.parent.mkdir(parents=True, exist_ok=True)
        if is_list_name(name):
            self._draw_list(path, local)
            return
        most = MAX_LABEL_BYTES + 1 if name in LABEL_FILES else HEAD_BYTES
        head = self._part(path, 0, most)
        with local.open("wb") as stream:
            stream.write(head)
            if kind_of(head[:HEAD_BYTES]) == "Parquet" and size > HEAD_BYTES:
                footer = self._footer(path, size)
                stream.seek(max(size - len(footer), 0))
                stream.write(footer)
                stream.truncate(size)

    def _draw_list(self, path: str, local: Path) -> None:
        head = self._part(path, 0, _LIST_HEAD)
        first = head.decode("utf-8-sig", "replace").partition("\n")[0]
        if has_columns(first, path, labelled=self._labelled):
            HadoopFiles.of(self._store.spark).download(_below(self._source, path), local)
        else:
            local.write_bytes(head)

    def _footer(self, path: str, size: int) -> bytes:
        end = self._part(path, size - _PARQUET_END, _PARQUET_END)
        length = int.from_bytes(end[:4], "little") + _PARQUET_END
        length = min(length, size, _MOST_FOOTER)
        return self._part(path, size - length, length)

    def _part(self, path: str, first: int, most: int) -> bytes:
        return self._store.part(self._source, path, first, most) or b""


def _below(folder: Location, path: str) -> Location:
    return folder / path
