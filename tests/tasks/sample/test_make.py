import hashlib
import tarfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tasks.sample.make import VERSION, make_sample, sample_conf
from tasks.storage.paths import Home

#: SHA-256 of the data set's archive by version of the sample.
DATASETS = {1: "454d61d8539ce8ec3f1b87f0835d3bb6ad3549b3a159c2be79e5625eb21fc39e"}


def file_of(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))


def test_the_sample_made_in_another_process_has_the_same_bytes(
    sample_archive: Path, checkpoint_file: Path, printed_conf: dict[str, str]
) -> None:
    assert file_of(printed_conf["dataset_url"]).read_bytes() == sample_archive.read_bytes()
    with tarfile.open(file_of(printed_conf["checkpoint_url"])) as tar:
        assert tar.getnames() == [checkpoint_file.name]
        stream = tar.extractfile(checkpoint_file.name)
        assert stream is not None
        assert stream.read() == checkpoint_file.read_bytes()


def test_other_bytes_need_another_version(sample_archive: Path) -> None:
    """A sample that was made before is found by its version, and its content is not looked at."""
    assert hashlib.sha256(sample_archive.read_bytes()).hexdigest() == DATASETS[VERSION]


def test_a_sample_that_is_there_is_reused(sample_home: Path, printed_conf: dict[str, str]) -> None:
    sample = make_sample(Home(sample_home))
    assert sample.reused
    assert sample_conf(sample.path) == printed_conf


def test_nothing_but_the_two_archives_is_left(
    sample_home: Path, printed_conf: dict[str, str]
) -> None:
    names = {path.name for path in make_sample(Home(sample_home)).path.iterdir()}
    assert names == {"artifact.json", "flowers.tar.gz", "inception_v1.tar.gz"}


def test_params_are_urls_of_both_archives(tmp_path: Path) -> None:
    assert sample_conf(tmp_path / "a folder") == {
        "dataset_url": f"{tmp_path.as_uri()}/a%20folder/flowers.tar.gz",
        "checkpoint_url": f"{tmp_path.as_uri()}/a%20folder/inception_v1.tar.gz",
    }
