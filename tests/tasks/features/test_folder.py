"""Folder of a split's features: what is found in it, what is kept, how it is sealed."""

import io
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support.damage import flip_byte, forget_digests
from tasks.errors import SetupError
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk
from tasks.features.folder import FeatureFolder
from tasks.features.written_file import WrittenFile
from tasks.storage.local_files import file_sha256
from tasks.storage.manifest import MANIFEST, read_manifest

RECIPE = {"split": "train", "format": 3}
CHUNKS = [Chunk("/data/s.tfrecord", 0, first, first, 2) for first in (0, 2, 4)]


@pytest.fixture
def folder(bridge: Bridge, tmp_path: Path) -> FeatureFolder:
    """An empty folder."""
    path = tmp_path / "features" / ("a" * 16)
    path.mkdir(parents=True)
    return FeatureFolder(bridge, path)


@pytest.fixture
def path(folder: FeatureFolder) -> Path:
    """Its path."""
    assert isinstance(folder.path, Path)
    return folder.path


@pytest.fixture
def written(path: Path) -> list[WrittenFile]:
    """A file of each chunk, written into the folder."""
    return [write(path, chunk) for chunk in CHUNKS]


@pytest.fixture
def sealed(folder: FeatureFolder, written: Sequence[WrittenFile]) -> FeatureFolder:
    """The folder with these files and their manifest."""
    folder.seal(RECIPE, written, 1.5)
    return folder


def write(path: Path, chunk: Chunk, label: int = 0) -> WrittenFile:
    """Write a chunk's file, its features left out."""
    count = chunk.records
    columns = {
        "label": pa.array([label] * count, pa.int32()),
        "record": pa.array(range(chunk.first, chunk.first + count), pa.int64()),
    }
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    file = path / chunk.file_name
    file.write_bytes(content.getvalue())
    return WrittenFile(file.name, count, file_sha256(file))


def names(path: Path) -> set[str]:
    return {file.name for file in path.iterdir()}


class TestFind:
    def test_a_sealed_folder_is_found(
        self, sealed: FeatureFolder, written: Sequence[WrittenFile], path: Path
    ) -> None:
        manifest = sealed.find()
        assert manifest is not None
        assert (manifest.recipe, manifest.seconds) == (RECIPE, 1.5)
        assert manifest.sha256 == {file.name: file.sha256 for file in written}
        assert manifest.files == {n: (path / n).stat().st_size for n in manifest.sha256}

    @pytest.mark.usefixtures("written")
    def test_a_folder_without_a_manifest_is_not(self, folder: FeatureFolder) -> None:
        assert folder.find() is None

    def test_a_folder_that_is_not_there_is_not(self, bridge: Bridge, tmp_path: Path) -> None:
        assert FeatureFolder(bridge, tmp_path / "nowhere").find() is None

    def test_the_first_changed_file_is_named(
        self, sealed: FeatureFolder, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        flip_byte(path / CHUNKS[1].file_name)
        flip_byte(path / CHUNKS[2].file_name)
        assert sealed.find() is None
        assert caplog.messages == [
            f"{path} was changed after it was made ({CHUNKS[1].file_name}): the file has another "
            "content, by its SHA-256; making it anew"
        ]

    def test_a_file_that_is_gone_is_named(
        self, sealed: FeatureFolder, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (path / CHUNKS[0].file_name).unlink()
        assert sealed.find() is None
        assert f"({CHUNKS[0].file_name}): the file is missing; making it anew" in caplog.text

    def test_without_digests_sizes_must_do(self, sealed: FeatureFolder, path: Path) -> None:
        forget_digests(path)
        flip_byte(path / CHUNKS[1].file_name)
        assert sealed.find() is not None


class TestKeepWhole:
    def test_files_of_a_killed_run_are_kept(
        self, folder: FeatureFolder, written: Sequence[WrittenFile], path: Path
    ) -> None:
        (path / CHUNKS[2].file_name).unlink()
        assert folder.keep_whole(CHUNKS) == written[:2]

    def test_a_file_of_other_records_is_deleted(
        self, folder: FeatureFolder, written: Sequence[WrittenFile], path: Path
    ) -> None:
        other, same = (path / chunk.file_name for chunk in CHUNKS[:2])
        other.write_bytes(same.read_bytes())
        assert folder.keep_whole(CHUNKS) == written[1:]
        assert not other.exists()

    def test_a_readable_file_of_another_content_than_the_manifest_says_is_deleted(
        self, sealed: FeatureFolder, written: Sequence[WrittenFile], path: Path
    ) -> None:
        """As one of another run would be: it holds the right records, with other labels."""
        write(path, CHUNKS[1], label=1)
        assert sealed.keep_whole(CHUNKS) == [written[0], written[2]]
        assert names(path) == {written[0].name, written[2].name, MANIFEST}

    def test_a_damaged_manifest_has_no_say(
        self, folder: FeatureFolder, written: Sequence[WrittenFile], path: Path
    ) -> None:
        (path / MANIFEST).write_text("{")
        assert folder.keep_whole(CHUNKS) == written

    def test_what_is_of_no_chunk_is_left_alone(self, folder: FeatureFolder, path: Path) -> None:
        (path / "notes").touch()
        assert folder.keep_whole(CHUNKS) == []
        assert names(path) == {"notes"}


class TestSeal:
    def test_other_files_do_not_stay(
        self, folder: FeatureFolder, written: Sequence[WrittenFile], path: Path
    ) -> None:
        (path / f".{written[0].name}.killed").write_bytes(b"PAR1")
        (path / "of-another-plan.parquet").write_bytes(b"PAR1")
        folder.seal(RECIPE, written, 1.5)
        assert names(path) == {*(file.name for file in written), MANIFEST}

    def test_it_is_the_same_in_any_order_of_the_files(
        self, folder: FeatureFolder, written: Sequence[WrittenFile], path: Path
    ) -> None:
        folder.seal(RECIPE, [*reversed(written)], 1.5)
        assert list(read_manifest(path).files) == [file.name for file in written]

    def test_a_file_that_the_driver_does_not_see_is_named(
        self, folder: FeatureFolder, written: Sequence[WrittenFile], path: Path
    ) -> None:
        with pytest.raises(SetupError) as caught:
            folder.seal(RECIPE, [*written, WrittenFile("t.parquet", 1, "0" * 64)], 1.0)
        assert str(caught.value) == (
            f"an executor wrote {path}/t.parquet, but it is not there: driver and executors must "
            "have one folder under this path, and the locale C.UTF-8 if the path is not plain ASCII"
        )
        assert not (path / MANIFEST).exists()
