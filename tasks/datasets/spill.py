"""A file of the JPEGs that cannot be read from their source again, while a data set is made."""

import os
import threading
from pathlib import Path


class Spill:
    """Bytes put aside and read again by any thread.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self._stream = path.open("w+b", buffering=0)
        self._lock = threading.Lock()
        self._end = 0

    def add(self, data: bytes) -> int:
        """Keep ``data`` and return where."""
        with self._lock:
            offset = self._end
            self._end += len(data)
            self._stream.write(data)
        return offset

    def read(self, offset: int, length: int) -> bytes:
        """Return bytes that were kept."""
        return os.pread(self._stream.fileno(), length, offset)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
