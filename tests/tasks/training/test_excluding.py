import logging
from pathlib import Path

import pytest

from tasks.errors import DataError
from tasks.storage.paths import Home
from tasks.training.excluding import read_list


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "exclude.txt"


def test_no_list(tmp_path: Path) -> None:
    assert read_list(None, Home(tmp_path)) is None


def test_a_list(path: Path) -> None:
    path.write_text("a.jpg\n")
    entries = read_list(str(path), Home(path.parent))
    assert entries is not None
    assert entries.names == {"a.jpg"}


def test_a_list_without_entries_is_told(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.write_text("# nothing\n")
    with caplog.at_level(logging.WARNING):
        assert read_list(str(path), Home(path.parent)) is None
    assert "exclude names a list without entries: nothing is left out" in caplog.text


def test_a_list_that_is_not_there(path: Path) -> None:
    with pytest.raises(DataError, match=r"exclude: the list .*exclude\.txt cannot be read"):
        read_list(str(path), Home(path.parent))
