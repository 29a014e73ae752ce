"""Conversions by Spark and on this machine, of sources and to folders that a test names."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.conversion.arguments import Conversion
from tasks.conversion.local import convert_here
from tasks.conversion.spark import convert_with_spark
from tasks.conversion.store import PictureStore
from tasks.datasets.options import Options
from tasks.spark.cluster import Cluster
from tasks.storage.locations import Location

#: Makes a data set and returns its description.
Convert = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def store(cluster: Cluster) -> PictureStore:
    """What executors read and write."""
    return PictureStore(cluster.context)


@pytest.fixture
def by_spark(cluster: Cluster) -> Convert:
    def by_spark(source: Location, destination: Location, **options: Any) -> dict[str, Any]:
        wanted = Conversion(str(source), str(destination), Options(**options))
        return convert_with_spark(cluster.context, wanted)

    return by_spark


@pytest.fixture
def here(tmp_path: Path) -> Convert:
    def here(source: Location, destination: Location, **options: Any) -> dict[str, Any]:
        wanted = Conversion(str(source), str(destination), Options(**options))
        return convert_here(wanted, tmp_path / "downloads")

    return here


@pytest.fixture
def files_of() -> Callable[[Path], dict[str, bytes]]:
    """Reads the files of a folder by name, but those of Hadoop's checksums."""

    def files_of(folder: Path) -> dict[str, bytes]:
        found = {str(path.relative_to(folder)): path for path in folder.rglob("*")}
        return {
            name: json.dumps(json.loads(path.read_bytes())).encode()
            if path.suffix == ".json"
            else path.read_bytes()
            for name, path in found.items()
            if path.is_file() and path.suffix != ".crc"
        }

    return files_of
