"""The folder that a conversion makes: written aside, whole or not there.

Everything is written beside the destination, which then gets the folder's name. A file says that
the data set is not finished, until the last moment: an object store renames a folder file by file.
"""

import uuid

from tasks.conversion.store import PictureStore
from tasks.datasets.recognise import UNFINISHED
from tasks.errors import ParamsError, StorageError
from tasks.spark.files import HadoopFiles
from tasks.storage.locations import Location, require_folder


class Destination:
    """The destination of a conversion.

    Args:
        store: writes.
        path: the data set's folder.

    Raises:
        ParamsError: there is something in it that is not from an unfinished conversion, or it is
            no folder, but a whole bucket or file system.
    """

    def __init__(self, store: PictureStore, path: Location) -> None:
        require_folder(path)
        self.path = path
        #: The folder in which the data set is made.
        self.work = path.parent / f".{path.name}.graft"
        self._store = store
        self._files = HadoopFiles.of(store.spark)
        self._token = uuid.uuid4().hex.encode()
        self._check_free()

    def begin(self) -> None:
        """Start anew, whatever an earlier call left."""
        self._files.delete(self.work)
        self._files.write(self._token, self.work / UNFINISHED)

    def commit(self) -> None:
        """Give the folder its name.

        Raises:
            StorageError: another conversion has begun to write there, or it cannot be renamed.
        """
        marker = self.work / UNFINISHED
        if self._files.size(marker) is None or self._files.read(marker) != self._token:
            raise StorageError(
                f"another graft convert has begun to write {self.path}: let it finish"
            )
        self._check_free()
        self._files.delete(self.path)
        if not self._store.rename(self.work, self.path):
            raise StorageError(f"cannot write {self.path}: {self.work} cannot be renamed")
        self._files.delete(self.path / UNFINISHED)

    def _check_free(self) -> None:
        if self._files.size(self.path / UNFINISHED) is not None:
            return
        if self._files.size(self.path) is not None or self._store.holds_any(self.path):
            raise ParamsError(
                f"{self.path} is there already and not empty: name another folder, or delete it"
            )
