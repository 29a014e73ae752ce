"""Files on Hadoop's file systems, such as s3a and hdfs, through the JVM.

No other module of Graft accesses these file systems, so Spark's configuration is the only one:
core-site.xml in ``HADOOP_CONF_DIR``, and ``spark.hadoop.*``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.spark.errors import user_errors
from tasks.spark.jvm import bigdl_jvm, graft_package
from tasks.storage.content import Advance
from tasks.storage.locations import Location


@dataclass(frozen=True)
class FileFacts:
    """A file as its file system lists it.

    Attributes:
        size: in bytes.
        changed: time of its last change, in seconds since 1970.
    """

    size: int
    changed: float


class HadoopFiles:
    """Files at local and remote locations.

    Every method raises a ``SetupError`` if it cannot reach the file system, a ``DataError`` if it
    cannot read and a ``StorageError`` if it cannot write.

    Args:
        jvm: py4j's view of a JVM.
        configuration: Hadoop's configuration, an object of that JVM.
    """

    def __init__(self, jvm: Any, configuration: Any) -> None:
        self._storage = graft_package(jvm).Storage
        self._configuration = configuration

    @classmethod
    def of(cls, spark: Any) -> "HadoopFiles":
        """Return the files that a Spark context sees."""
        return cls(spark._jvm, spark._jsc.hadoopConfiguration())

    def sizes(self, folder: Location) -> dict[str, int]:
        """Return the size in bytes of every file below a folder, by its path below the folder.

        Without such a folder it is empty.
        """
        return {name: facts.size for name, facts in self.facts(folder).items()}

    def facts(self, folder: Location) -> dict[str, FileFacts]:
        """Return size and time of every file below a folder, by its path below the folder."""
        with user_errors():
            lines = self._storage.list(str(folder), self._configuration)
        fields = (line.split("\t", 2) for line in lines.split("\n") if line)
        return {name: FileFacts(int(size), int(ms) / 1000) for size, ms, name in fields}

    def size(self, path: Location) -> int | None:
        """Return a file's size in bytes, or None if there is no such file."""
        with user_errors():
            size = int(self._storage.size(str(path), self._configuration))
        return None if size < 0 else size

    def read(self, path: Location) -> bytes:
        """Return a small file's content."""
        with user_errors():
            return bytes(self._storage.read(str(path), self._configuration))

    def sha256(self, path: Location, advance: Advance | None = None) -> str:
        """Return the hexadecimal SHA-256 of a file's content, which is read for that."""
        with user_errors():
            digest = str(self._storage.sha256(str(path), self._configuration))
        if advance:
            advance(self.size(path) or 0)
        return digest

    def write(self, content: bytes, path: Location) -> None:
        """Write a small file, whole or not at all; an older file is replaced."""
        with user_errors():
            self._storage.write(content, str(path), self._configuration)

    def upload(self, local: Path, path: Location) -> None:
        """Copy a local file to ``path``, whole or not at all; an older file is replaced."""
        with user_errors():
            self._storage.upload(str(local), str(path), self._configuration)

    def download(self, path: Location, local: Path) -> None:
        """Copy a file to a local path."""
        with user_errors():
            self._storage.download(str(path), str(local), self._configuration)

    def delete(self, path: Location) -> None:
        """Delete a file, or a folder and everything below it, if it is there."""
        with user_errors():
            self._storage.delete(str(path), self._configuration)


@contextmanager
def hadoop_files() -> Iterator[HadoopFiles]:
    """Start a JVM for steps that run outside Spark, yield Hadoop's files and end it."""
    with bigdl_jvm() as gateway:
        package = gateway.jvm.org.apache.spark
        # The configuration of a Spark context has spark.hadoop.* and AWS credentials of the
        # environment; this one has to be the same.
        configuration = package.deploy.SparkHadoopUtil.get().newConfiguration(package.SparkConf())
        yield HadoopFiles(gateway.jvm, configuration)
