"""Kinds of files by their first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.sources import FILES, encoded, image, parquet, shard
from tasks.datasets.signature import HEAD_BYTES, PICTURES, is_record_start, kind_of


@pytest.mark.parametrize("kind", PICTURES)
def test_pictures(kind: str) -> None:
    assert kind_of(encoded(image(1), kind.upper())[:HEAD_BYTES]) == kind


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", ""),
        (b"text", ""),
        (b"BMW is a car", ""),
        (b"\xef\xbb\xbf\n <!DOCTYPE HTML>", "HTML page"),
        (b"<html lang=en>", "HTML page"),
        (b"<?xml version='1.0'?><svg>", "SVG picture"),
        (b"\0\0\0\x20ftypisom", "video"),
        (b"\0\0\0\x20ftypmif1", "HEIF picture"),
        (b"PK\x05\x06" + bytes(18), "zip"),
        (b"\xfd7zXZ\0\0", "xz"),
        (b"BZh91AY", "bzip2"),
        (bytes(257) + b"ustar\x0000", "tar"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:", "Git LFS pointer"),
    ],
)
def test_others(head: bytes, kind: str) -> None:
    assert kind_of(head) == kind


def test_data_files(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    assert kind_of(shard(folder, b"record")[:HEAD_BYTES]) == "TFRecord"
    assert kind_of(parquet(FILES, folder)[:HEAD_BYTES]) == "Parquet"


@given(st.binary(max_size=HEAD_BYTES))
def test_any_bytes_have_a_kind(head: bytes) -> None:
    assert isinstance(kind_of(head), str)
    assert is_record_start(head) == (kind_of(head) == "TFRecord" or is_record_start(head))
