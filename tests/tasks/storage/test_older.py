import logging
from pathlib import Path

import pytest

from tasks.storage.artifact import build
from tasks.storage.manifest import MANIFEST
from tasks.storage.older import log_older

OLD = {"format": 2, "from": "flowers", "versions": {"tensorflow": "2.21.0"}}
NEW = {**OLD, "format": 3, "network": "inception_v1"}


@pytest.fixture(autouse=True)
def _info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def make(folder: Path) -> None:
    (folder / "content.txt").write_text("content")


def logged(folder: Path, recipe: dict[str, object], caplog: pytest.LogCaptureFixture) -> list[str]:
    caplog.clear()
    log_older(folder, recipe)
    return caplog.messages


def test_names_the_older_artefact_and_both_formats(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = build(tmp_path, OLD, make).path
    assert logged(tmp_path, NEW, caplog) == [f"{path} is of format 2, now 3: making it anew"]


def test_says_nothing_where_the_new_one_is_there(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    build(tmp_path, OLD, make)
    build(tmp_path, NEW, make)
    assert logged(tmp_path, NEW, caplog) == []


@pytest.mark.parametrize(
    "older",
    [
        {**OLD, "from": "tulips"},
        {**OLD, "versions": {"tensorflow": "2.20.0"}},
        {**OLD, "format": 3},
        {"from": "flowers"},
    ],
)
def test_says_nothing_of_what_is_no_older_format_of_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, older: dict[str, object]
) -> None:
    build(tmp_path, older, make)
    assert logged(tmp_path, NEW, caplog) == []


@pytest.mark.parametrize("content", ["{", "[]", '{"recipe": 5}'])
def test_passes_over_a_damaged_manifest(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    path = build(tmp_path, {"layout": 1}, make).path
    (path / MANIFEST).write_text(content)
    assert logged(tmp_path, {"layout": 2}, caplog) == []


def test_a_folder_that_is_not_there_yet(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert logged(tmp_path / "new", NEW, caplog) == []
