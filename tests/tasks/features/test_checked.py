"""Extraction and parity check side by side: who fails, and what is told of it."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tasks.dumps.description import Dump, read_dump
from tasks.errors import DataError, ParityError
from tasks.features import checked
from tasks.features.bridge import Bridge
from tasks.features.checked import CheckedExtraction
from tasks.features.parity import Parity
from tasks.storage.artifact import Artifact
from tasks.storage.paths import Home


def test_the_features_of_the_check_are_kept(
    bridge: Bridge, dumps: dict[str, Artifact], validation: Dump, home: Home
) -> None:
    extraction = CheckedExtraction(bridge, "bigdl", home, checked=validation, records=1)
    train, other = extraction.features([read_dump(dumps["train"].path), validation])
    found = extraction.parity()
    assert isinstance(found, Parity)
    assert found.records == 2
    assert not train.reused
    assert not other.reused
    files = [list(Path(str(made.path)).glob("*.parquet")) for made in (train, other)]
    # One for each of two shards.
    assert [len(names) for names in files] == [2, 2]


def test_a_wrong_engine_ends_the_extraction(
    bridge: Bridge, validation: Dump, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def extract(bridge: Bridge, *_: Any) -> list[Artifact]:
        # Ends without an error only where nobody cancels it.
        bridge.spark.parallelize([120], 1).map(time.sleep).collect()
        return []

    monkeypatch.setattr(checked, "extract_features", extract)
    wrong = replace(validation, tolerance=0.0)
    extraction = CheckedExtraction(bridge, "bigdl", home, checked=wrong, records=4)
    with pytest.raises(
        ParityError, match=r"^check_parity: the engines bigdl and tensorflow differ"
    ):
        extraction.features([validation])


@pytest.mark.parametrize("place", [0, 40])
def test_a_bad_record_is_told_though_it_ends_the_check(
    place: int,
    bridge: Bridge,
    home: Home,
    dump_of: Callable[..., Dump],
    pictures: dict[str, list[tuple[bytes, int]]],
) -> None:
    """Among the first records, which the check waits for, and behind them."""
    good = pictures["train"][0][0]
    records = [good] * 41
    records[place] = b"none"
    dump = dump_of(records)
    extraction = CheckedExtraction(bridge, "bigdl", home, checked=dump, records=4)
    with pytest.raises(DataError, match=rf"record {place}: image/encoded starts with"):
        extraction.features([dump])
