"""The frozen graph: found, sent and loaded, or an error that says why not."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tasks.dumps.description import FROZEN, Dump
from tasks.errors import DataError, UnavailableError, UnsupportedGraphError
from tasks.features import frozen
from tasks.features.bridge import Bridge
from tasks.features.frozen import frozen_path, send_frozen, session_of
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.locations import RemotePath


@pytest.fixture(autouse=True)
def no_session() -> None:
    """Forget the session that another test loaded."""
    frozen._load.cache_clear()


@pytest.fixture
def of_graph(dump: Dump, tmp_path: Path) -> Callable[[bytes], Dump]:
    """Returns a dump with the given frozen.pb."""

    def write(content: bytes) -> Dump:
        (tmp_path / FROZEN).write_bytes(content)
        return replace(dump, path=tmp_path)

    return write


def test_a_local_graph_is_where_the_dump_is(bridge: Bridge, dump: Dump) -> None:
    send_frozen(bridge, dump)
    assert frozen_path(dump) == Path(str(dump.path)) / FROZEN


def test_a_remote_graph_is_sent_to_every_worker_once(
    bridge: Bridge, dump: Dump, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    store.mkdir()
    (store / FROZEN).write_bytes(b"a graph")
    conf = bridge.spark._jsc.hadoopConfiguration()
    conf.set("fs.viewfs.mounttable.frozen.link./dump", store.as_uri())
    remote = replace(
        dump,
        path=RemotePath("viewfs://frozen/dump"),
        digests={**dump.digests, "weights": tmp_path.name},
    )
    send_frozen(bridge, remote)
    (store / FROZEN).unlink()
    send_frozen(bridge, remote)
    assert frozen_path(remote).read_bytes() == b"a graph"

    def read(_: int) -> bytes:
        return frozen_path(remote).read_bytes()

    assert bridge.spark.parallelize([0, 1], 2).map(read).collect() == [b"a graph"] * 2


def test_a_session_is_loaded_once_for_the_same_weights(dump: Dump) -> None:
    loaded = session_of(dump)
    assert session_of(replace(dump, path=Path("/elsewhere"), split="validation")) is loaded


def test_a_graph_that_is_gone_is_named(dump: Dump, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        session_of(replace(dump, path=tmp_path))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / FROZEN} cannot be read ([Errno 2] No such file")
    assert message.endswith("; every executor must see it under this path")


def test_a_graph_that_is_damaged_is_named(of_graph: Callable[[bytes], Dump]) -> None:
    dump = of_graph(b"\xff no graph")
    with pytest.raises(DataError, match=rf"^{dump.path}/{FROZEN} cannot be read \(\S.*\); every"):
        session_of(dump)


def test_a_graph_of_unknown_operations_is_refused(of_graph: Callable[[bytes], Dump]) -> None:
    definition = import_tensorflow().compat.v1.GraphDef()
    definition.node.add(name="odd", op="NoSuchOperation")
    dump = of_graph(definition.SerializeToString())
    with pytest.raises(UnsupportedGraphError) as caught:
        session_of(dump)
    start = f"the tensorflow engine cannot run the graph {dump.path}/{FROZEN} ("
    assert str(caught.value).startswith(start)
    assert "NoSuchOperation" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_executor_without_tensorflow_is_told(
    dump: Dump, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    for name in [name for name in sys.modules if name.split(".")[0] == "tensorflow"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(UnavailableError) as caught:
        session_of(dump)
    assert str(caught.value) == (
        f"TensorFlow cannot be imported in {sys.prefix} (the Python package 'tensorflow' is not "
        f"installed in {sys.prefix})"
    )
