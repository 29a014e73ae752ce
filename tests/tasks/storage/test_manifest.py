import json
from pathlib import Path
from typing import Any

import pytest

from tasks.storage.manifest import MANIFEST, Manifest, parse_manifest, read_manifest

DIGEST = "0" * 64
WHOLE = Manifest({"from": "flowers"}, {"a": 1, "b/c": 2}, {"a": DIGEST, "b/c": DIGEST}, 1.5)


def written(**changes: Any) -> bytes:
    """A manifest's text with some fields changed, those that are None left out."""
    fields = {**json.loads(WHOLE.as_json()), **changes}
    return json.dumps({name: value for name, value in fields.items() if value is not None}).encode()


def test_it_is_read_as_it_was_written() -> None:
    assert parse_manifest(WHOLE.as_json().encode()) == WHOLE


def test_one_of_a_version_without_digests_has_none() -> None:
    assert parse_manifest(written(sha256=None)).sha256 == {}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "Expecting"),
        (b"[]", "of another type"),
        (b"\xff", "codec"),
        (written(files=None), "'files'"),
        (written(recipe=5), "of another type"),
        (written(files=["a"]), "of another type"),
        (written(files={"a": "big"}), "big"),
        (written(made_at="yesterday"), "yesterday"),
        (written(files={"../a": 1}), r"the file '../a' lies outside the artefact"),
        (written(files={"/etc/passwd": 1}), "lies outside the artefact"),
        (written(sha256={"a": DIGEST}), "sizes and digests are of different files"),
        (written(sha256={"a": DIGEST, "b/c": "0"}), "a digest has not 64 digits"),
    ],
)
def test_a_damaged_one_is_a_value_error(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_manifest(content)


def test_one_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=str(tmp_path / MANIFEST)):
        read_manifest(tmp_path)


def test_one_that_is_huge_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / MANIFEST).open("wb") as file:
        file.truncate(2**31)
    with pytest.raises(ValueError, match="it has 2,048 MiB, expected 1024 at most"):
        read_manifest(tmp_path)
