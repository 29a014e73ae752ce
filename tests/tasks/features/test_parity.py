"""check_parity: two engines that agree, two that do not, and one that cannot run."""

import importlib.util
import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import numpy as np
import pytest

from support.locations import local
from tasks.dumps.description import TENSORS, Dump
from tasks.errors import DataError, GraftError, ParityError, SetupError
from tasks.features.bridge import Bridge
from tasks.features.checked import CheckedExtraction
from tasks.features.chunks import plan_chunks
from tasks.features.engines import ENGINES
from tasks.features.extraction import extract_features
from tasks.features.parity import LeftOut, Parity, check_parity
from tasks.features.tensorflow_engine import TensorflowEngine
from tasks.spark.jvm import save_tensors
from tasks.storage.paths import Home

Check = Callable[..., Parity | LeftOut]


@pytest.fixture
def check(bridge: Bridge, home: Home, caplog: pytest.LogCaptureFixture) -> Check:
    """Extract a dump's features with one engine and check them against another."""
    caplog.set_level(logging.INFO)

    def check(dump: Dump, engine: str, records: int = 64) -> Parity | LeftOut:
        extraction = CheckedExtraction(bridge, engine, home, checked=dump, records=records)
        extraction.features([dump])
        return extraction.parity()

    return check


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The lines of the log that are about the check."""
    lines = [record.getMessage() for record in caplog.records]
    return [line for line in lines if line.startswith("check_parity: ")]


@pytest.mark.parametrize(("engine", "other"), [("bigdl", "tensorflow"), ("tensorflow", "bigdl")])
def test_the_engines_agree(
    engine: str, other: str, check: Check, validation: Dump, caplog: pytest.LogCaptureFixture
) -> None:
    found = check(validation, engine)
    assert isinstance(found, Parity)
    assert found.records == validation.records
    assert 0 < found.largest_relative_difference < found.tolerance == 1e-4
    assert found.as_json() == {
        "records": 4,
        "largest_relative_difference": found.largest_relative_difference,
        "tolerance": 1e-4,
    }
    (line,) = said(caplog)
    assert f"{engine} and {other} agree on 4 records, largest relative difference" in line


def test_a_passed_check_is_not_made_again(
    check: Check, validation: Dump, caplog: pytest.LogCaptureFixture
) -> None:
    first = check(validation, "bigdl")
    caplog.clear()
    assert check(validation, "bigdl") == first
    assert caplog.text.count("reused") == 2  # features and check


def test_few_records_are_whole_chunks(check: Check, validation: Dump) -> None:
    found = check(validation, "bigdl", records=1)
    assert isinstance(found, Parity)
    assert found.records == 2


@pytest.fixture
def tampered(validation: Dump, weights: dict[str, Any], tmp_path: Path) -> Callable[[str], Dump]:
    """Returns a copy of the dump that has another value of one variable in model.bin alone."""

    def tamper(name: str) -> Dump:
        folder = tmp_path / "tampered"
        shutil.copytree(local(validation.path), folder)
        (folder / TENSORS).unlink()
        save_tensors({**weights, name: weights[name] + np.float32(0.05)}, folder / TENSORS)
        return replace(validation, path=folder, digests={**validation.digests, "weights": name})

    return tamper


@pytest.mark.parametrize(
    ("engine", "variable", "node"),
    [
        ("bigdl", "InceptionV1/Conv2d_1a_7x7/BatchNorm/beta", "Conv2d_1a_7x7"),
        ("tensorflow", "InceptionV1/Mixed_4c/Branch_1/Conv2d_0b_3x3/BatchNorm/beta", "Mixed_4c"),
        ("bigdl", "InceptionV1/Mixed_5c/Branch_0/Conv2d_0a_1x1/weights", "Mixed_5c"),
    ],
)
def test_the_first_node_that_differs_is_named(
    engine: str, variable: str, node: str, check: Check, tampered: Any, home: Home
) -> None:
    dump = tampered(variable)
    with pytest.raises(ParityError) as caught:
        check(dump, engine)
    message = str(caught.value)
    other = "tensorflow" if engine == "bigdl" else "bigdl"
    assert f"the engines {engine} and {other} differ by " in message
    assert f"first at {node} (InceptionV1/{node}/" in message
    assert f"of {dump.shards[0].path.name.rpartition('_')[0]}_" in message
    assert str(dump.path / TENSORS) in message
    assert not list(home.parity.glob("[!.]*"))


def test_too_little_memory_to_look_for_the_node_hides_no_difference(
    check: Check, validation: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> str:
        raise SetupError("the heap of the Spark driver is too small: raise driver_memory")

    monkeypatch.setattr("tasks.features.parity.first_difference", fail)
    message = r"differ by .*, first at a node that could not be looked for \(the heap of the Spark"
    with pytest.raises(ParityError, match=message):
        check(replace(validation, tolerance=0.0), "bigdl")


def without_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda n: None if n == "tensorflow" else find_spec(n)
    )


def test_without_the_other_engine_it_is_left_out(
    check: Check,
    validation: Dump,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    without_tensorflow(monkeypatch)
    found = check(validation, "bigdl")
    assert isinstance(found, LeftOut)
    assert found.reason.startswith("TensorFlow is not installed in ")
    assert said(caplog) == [f"check_parity: left out: {found.reason}"]


def test_a_graph_that_only_the_other_engine_refuses_is_no_failure(
    check: Check, refused: Dump, home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    found = check(refused, "tensorflow")
    assert isinstance(found, LeftOut)
    assert found.reason.startswith("the bigdl engine cannot run node InceptionV1/")
    assert found.reason.endswith(", a LRN in the network")
    assert found.as_json() == {"left_out": found.reason}
    assert said(caplog) == [f"check_parity: left out: {found.reason}"]
    # It was not even tried.
    assert not home.parity.exists()


def test_a_record_that_only_the_other_engine_cannot_decode_is_no_failure(
    check: Check,
    dump_of: Callable[..., Dump],
    pictures: dict[str, list[tuple[bytes, int]]],
    arithmetic_jpeg: bytes,
) -> None:
    good = pictures["train"][0][0]
    found = check(dump_of([good, arithmetic_jpeg, good]), "tensorflow")
    assert found == LeftOut(
        "odd_train_00000-of-00001.tfrecord, record 1: image/encoded is a JPEG with arithmetic "
        "coding, which the bigdl engine does not decode"
    )


def test_a_damaged_dump_is_no_reason_to_leave_it_out(check: Check, edited: Any) -> None:
    copy = edited(lambda _: None)
    (copy.path / TENSORS).unlink()
    with pytest.raises(DataError, match=rf"^{copy.path / TENSORS} cannot be read"):
        check(copy, "tensorflow")


class Third(TensorflowEngine):
    """An engine that runs for real, under a name of its own."""

    name = "third"


@pytest.fixture
def third(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, Third.name, Third)


@pytest.mark.usefixtures("third")
class TestOfThreeEngines:
    def test_the_first_of_the_others_is_the_reference(
        self, check: Check, validation: Dump, caplog: pytest.LogCaptureFixture
    ) -> None:
        for engine, reference in (
            ("third", "bigdl"),
            ("tensorflow", "bigdl"),
            ("bigdl", "tensorflow"),
        ):
            caplog.clear()
            assert isinstance(check(validation, engine), Parity)
            (line,) = said(caplog)
            assert line.startswith(f"check_parity: {engine} and {reference} agree on 4 records")

    def test_the_next_one_takes_the_place_of_one_that_cannot_run(
        self, check: Check, refused: Dump, caplog: pytest.LogCaptureFixture
    ) -> None:
        for engine, reference in (("third", "tensorflow"), ("tensorflow", "third")):
            caplog.clear()
            found = check(refused, engine)
            assert isinstance(found, Parity)
            # Both run the same graph in the same library.
            assert found.largest_relative_difference == 0
            (line,) = said(caplog)
            assert line.startswith(f"check_parity: {engine} and {reference} agree on 8 records")

    def test_every_reason_is_told_where_none_can_run(
        self,
        bridge: Bridge,
        refused: Dump,
        home: Home,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        chunks = plan_chunks(refused.shards, refused.records_per_chunk)
        without_tensorflow(monkeypatch)
        found = check_parity(
            bridge, refused, candidate="third", chunks=chunks, ours=MagicMock(), home=home
        )
        assert isinstance(found, LeftOut)
        bigdl, tensorflow = found.reason.split("; ")
        assert bigdl.startswith("the bigdl engine cannot run node ")
        assert tensorflow.startswith("TensorFlow is not installed in ")


@pytest.mark.parametrize("other", ["bigdl", "tensorflow"])
def test_an_engine_that_drops_records_does_not_pass(
    other: str,
    bridge: Bridge,
    home: Home,
    check: Check,
    validation: Dump,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Forgetful(ENGINES[other]):  # type: ignore[misc, valid-type]  # a class of the table
        def extract(self, chunks: Any, dump: Any, folder: Any) -> Any:
            return super().extract(chunks[:1], dump, folder)

    engine = "tensorflow" if other == "bigdl" else "bigdl"
    extract_features(bridge, [validation], engine, home)
    monkeypatch.setitem(ENGINES, other, Forgetful)
    with pytest.raises(GraftError, match="2 features were written for 4 records"):
        check(validation, engine, records=3)


def test_a_broken_setup_is_no_reason_to_leave_it_out(
    check: Check, validation: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(bridge: Bridge) -> Any:
        raise SetupError("run make setup")

    monkeypatch.setitem(ENGINES, "bigdl", broken)
    with pytest.raises(SetupError, match=r"^run make setup$"):
        check(validation, "tensorflow")


def test_a_network_that_tells_no_picture_from_another_does_not_pass(
    check: Check, validation: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of the real pictures of the dump, which differ; only their features are taken for the same.
    monkeypatch.setattr("tasks.features.parity.is_constant", lambda _: True)
    with pytest.raises(ParityError) as caught:
        check(validation, "tensorflow")
    assert str(caught.value) == (
        "check_parity: all 4 records have the same features, though their pictures differ: the "
        "network tells none from another; its checkpoint is damaged or was never trained"
    )
