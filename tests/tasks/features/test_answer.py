"""Answers of both engines about pictures that pass by, good and bad ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from support.tiny_dataset import Picture
from tasks.dumps.description import read_dump
from tasks.features.answer import FEATURE, REASON, parse_answer
from tasks.features.bridge import Bridge
from tasks.features.engines import ENGINES
from tasks.features.frozen import session_of


def test_a_feature_or_the_reason() -> None:
    values = np.array([1.5, -2.0], np.float32)
    feature, reason = parse_answer(FEATURE + values.astype("<f4").tobytes())
    assert feature is not None
    np.testing.assert_array_equal(feature, values)
    assert reason == ""
    assert parse_answer(REASON + "ärger".encode()) == (None, "ärger")
    assert parse_answer(b"") == (None, "")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_picture_that_an_engine_refuses_costs_no_other_its_feature(
    engine: str,
    bridge: Bridge,
    tiny_dump: Path,
    pictures: dict[str, list[Picture]],
    encode: Callable[[bytes, int], bytes],
) -> None:
    jpegs = [jpeg for jpeg, _ in pictures["train"]]
    records = [encode(jpeg, 0) for jpeg in jpegs]
    cut = encode(jpegs[0][: len(jpegs[0]) // 2], 0)
    elements = [b"cut", cut, b"none", b"", b"other", encode(b"GIF89a", 0)]
    for number, record in enumerate(records):
        elements += [str(number).encode(), record]
    dump = read_dump(tiny_dump)
    answered = (
        ENGINES[engine](bridge).answers(bridge.spark.parallelize(elements, 1), dump).collect()
    )
    assert answered[::2] == elements[::2]
    answers = [parse_answer(answer) for answer in answered[1::2]]
    assert [reason for _, reason in answers] == [
        "image/encoded does not decode: the JPEG is damaged or cut short",
        "",
        "image/encoded starts with '474946', expected a JPEG, which starts with 'ffd8ff'",
        *[""] * len(records),
    ]
    assert [feature is None for feature, _ in answers[:3]] == [True] * 3
    found = np.stack([feature for feature, _ in answers[3:] if feature is not None])
    expected, _ = session_of(dump).features(records, "", 0)
    # What one engine may differ from the other.
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4 * np.abs(expected).max())
