import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tasks.datasets.example import IMAGE_ENCODED, IMAGE_FILENAME, encode_example
from tasks.features.bridge import Bridge
from tasks.features.chunks import Chunk
from tasks.features.record_name import origin, record_name

SHARD = "s.tfrecord"


def named(name: bytes) -> bytes:
    return encode_example({IMAGE_ENCODED: b"jpeg", IMAGE_FILENAME: name})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (b"daisy/1.jpg", "daisy/1.jpg"),
        ("Gänseblümchen/雛菊.png".encode(), "Gänseblümchen/雛菊.png"),
        (b"caf\xe9.jpg", "caf\\xe9.jpg"),
        (b"a\nb<i>.jpg", "a\nb<i>.jpg"),
        (b"x" * 2000, "x" * 1024),
        (b"", ""),
    ],
)
def test_a_name_is_text_of_bounded_length(name: bytes, expected: str) -> None:
    assert record_name(named(name)) == expected


@pytest.mark.parametrize(
    "record",
    [
        encode_example({IMAGE_ENCODED: b"jpeg"}),
        encode_example({IMAGE_FILENAME: 7}),
        b"\xff no example",
        b"",
    ],
    ids=["no name", "a number", "no example", "empty"],
)
def test_a_record_without_a_name_has_an_empty_one(record: bytes) -> None:
    assert record_name(record) == ""
    assert origin(SHARD, 3, record_name(record)) == "s.tfrecord, record 3"


def test_messages_show_a_name_on_one_line() -> None:
    assert origin(SHARD, 3, "a\n\x1b[2J.jpg") == r"s.tfrecord, record 3 (a\n\x1b[2J.jpg)"


# Java 17 knows the characters of Unicode 13, Python those of a newer one.
OLD = st.characters().filter(lambda c: unicodedata.ucd_3_2_0.category(c) not in {"Cn", "Cs"})


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.one_of(st.text(OLD, max_size=700).map(str.encode), st.binary(max_size=700)))
def test_both_engines_call_a_record_the_same(bridge: Bridge, name: bytes) -> None:
    record = named(name)
    chunk = bridge.java_chunk(Chunk(SHARD, 0, 0, 0, 1))
    theirs = bridge.scala.RecordName.origin(chunk, 7, record)
    assert theirs == origin(SHARD, 7, record_name(record))
