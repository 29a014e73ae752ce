"""The files of an archive, and what extracts it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from support.archives import write_archive
from support.slim_archives import Extract, Files, Shard, good_files
from tasks.datasets.slim_archive import extract_dataset
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
def extract(tmp_path: Path) -> Extract:
    """Writes files as ``flowers.tar.gz`` and extracts that."""

    def extract(files: Mapping[str, bytes]) -> LocalArtifact:
        archive = write_archive(tmp_path / "flowers.tar.gz", files)
        return extract_dataset(archive, file_sha256(archive), tmp_path / "datasets")

    return extract
