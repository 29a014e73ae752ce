"""The files of an archive, and what makes data sets."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from support.archives import write_archive
from support.slim_archives import Extract as ExtractFiles
from support.slim_archives import Files, Shard, good_files
from support.sources import Extract
from tasks.datasets.dataset import Dataset, read_dataset
from tasks.datasets.extract import extract_dataset
from tasks.datasets.options import Options
from tasks.datasets.tfrecord import write_records
from tasks.storage.artifact import LocalArtifact
from tasks.storage.local_files import file_sha256


@pytest.fixture
def shard(tmp_path: Path) -> Shard:
    """Returns the bytes of a shard of the given records."""

    def shard(*records: bytes) -> bytes:
        write_records(tmp_path / "shard", records)
        return (tmp_path / "shard").read_bytes()

    return shard


@pytest.fixture
def files(shard: Shard) -> Files:
    """A good archive: train has 100 + 2 records, validation 1."""
    return good_files(shard)


@pytest.fixture
def extract_files(tmp_path: Path) -> ExtractFiles:
    """Writes files as ``flowers.tar.gz`` and extracts that."""

    def extract_files(files: Mapping[str, bytes]) -> LocalArtifact:
        archive = write_archive(tmp_path / "flowers.tar.gz", files)
        return extract_dataset(archive, file_sha256(archive), tmp_path / "datasets")

    return extract_files


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    """Makes a data set of a source in a home of its own."""

    def extract(source: Path, **options: Any) -> Dataset:
        made = extract_dataset(source, str(source), tmp_path / "datasets", Options(**options))
        return read_dataset(made.path)

    return extract
