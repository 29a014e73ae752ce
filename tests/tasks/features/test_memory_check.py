"""Memory at hand, and the words of a job that has too little of it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest

from tasks.dumps.description import Dump, read_dump
from tasks.errors import SetupError
from tasks.features import memory_check
from tasks.features.bridge import Bridge
from tasks.features.chunks import plan_chunks
from tasks.features.extraction import extract_features
from tasks.features.memory import Place, memory_needs
from tasks.features.memory_check import MemoryCheck, place_of
from tasks.features.parity import LeftOut, check_parity
from tasks.storage.artifact import Artifact
from tasks.storage.paths import Home

TINY = Place(cores=2, heap=10, heap_param="driver_memory", whole=100_000)
TIGHT = Place(cores=2, heap=20_000, heap_param="executor_memory", beside=10)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


class Conf:
    """A stand-in for Spark's settings: no test has a cluster with containers."""

    def __init__(self, **given: str) -> None:
        self._given = {f"spark.executor.{name}": value for name, value in given.items()}

    def get(self, name: str, default: str) -> str:
        return self._given.get(name, default)

    def getSizeAsMb(self, name: str, default: str) -> int:  # noqa: N802 - Spark's name
        value = self._given.get(name, default)
        return int(value[:-1]) * {"g": 1024, "m": 1}[value[-1]]


def spark(master: str, conf: Conf) -> Any:
    return SimpleNamespace(
        master=master, _jsc=SimpleNamespace(sc=lambda: SimpleNamespace(conf=lambda: conf))
    )


@pytest.mark.parametrize(
    ("master", "given", "heap", "beside"),
    [
        ("spark://host:7077", {"memory": "2g"}, 2048, None),
        ("yarn", {"memory": "2g"}, 2048, 384),
        ("yarn", {"memory": "8g"}, 8192, 819),
        ("k8s://https://host", {"memory": "2g"}, 2048, 819),
        ("yarn", {"memory": "2g", "memoryOverhead": "3g"}, 2048, 3072),
        ("yarn", {}, 1024, 384),
    ],
)
def test_of_an_executor(master: str, given: dict[str, str], heap: int, beside: int | None) -> None:
    found = place_of(spark(master, Conf(cores="3", **given)))
    assert found == Place(cores=3, heap=heap, heap_param="executor_memory", beside=beside)


def test_of_this_machine(bridge: Bridge) -> None:
    found = place_of(bridge.spark)
    assert found.heap_param == "driver_memory"
    assert found.cores == bridge.spark.defaultParallelism
    assert found.whole is not None
    assert found.heap < found.whole


def test_a_certain_shortage_ends_the_job_before_an_engine_starts(
    bridge: Bridge, dump: Dump, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_check, "place_of", lambda _: TINY)
    with pytest.raises(SetupError, match=r"^inception_v1 has 21 MiB of weights: .* driver_memory"):
        extract_features(bridge, [dump], "bigdl", home)
    monkeypatch.undo()
    (made,) = extract_features(bridge, [dump], "bigdl", home)
    # What is there needs no memory.
    monkeypatch.setattr(memory_check, "place_of", lambda _: TINY)
    (again,) = extract_features(bridge, [dump], "bigdl", home)
    assert (again.path, again.reused) == (made.path, True)


def test_the_parity_check_is_left_out_where_its_engine_lacks_memory(
    bridge: Bridge,
    dumps: dict[str, Artifact],
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dump = read_dump(dumps["validation"].path)
    chunks = plan_chunks(dump.shards, dump.records_per_chunk)
    monkeypatch.setattr(memory_check, "place_of", lambda _: TINY)
    found = check_parity(
        bridge, dump, candidate="bigdl", chunks=chunks, ours=MagicMock(), home=home
    )
    assert isinstance(found, LeftOut)
    assert found.reason.startswith("inception_v1 has 21 MiB of weights: the tensorflow engine")


def test_a_possible_shortage_is_told_once_for_an_engine(
    bridge: Bridge, dump: Dump, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(memory_check, "place_of", lambda _: TIGHT)
    check = MemoryCheck(bridge)
    for engine in ("bigdl", "bigdl", "tensorflow"):
        check.require(engine, dump, 2)
    assert len(caplog.messages) == 2
    start = "memory is tight: inception_v1 has 21 MiB of weights: the "
    assert all(message.startswith(start) for message in caplog.messages)


def test_fewer_tasks_than_cores_need_less(
    bridge: Bridge, dump: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = memory_needs("tensorflow", 21.4, cores=2).total * 2
    many = Place(cores=64, heap=20_000, heap_param="driver_memory", whole=whole)
    monkeypatch.setattr(memory_check, "place_of", lambda _: many)
    check = MemoryCheck(bridge)
    check.require("tensorflow", dump, 2)
    with pytest.raises(SetupError, match="MiB on 64 cores, and this machine has"):
        check.require("tensorflow", dump, 1000)
