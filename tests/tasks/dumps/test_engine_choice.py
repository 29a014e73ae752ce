import json
import platform
from pathlib import Path

import pytest

from support.graphs import small_graph
from tasks.dumps.engine_choice import choose_engine, engine_of_dump
from tasks.errors import UnsupportedGraphError

TANH = "the bigdl engine cannot run node feature, a Tanh in the network"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


@pytest.mark.parametrize(
    ("wanted", "operation", "clause"),
    [
        ("auto", "Relu", "bigdl (it runs every operation of the network)"),
        ("auto", "Tanh", f"tensorflow ({TANH})"),
        ("bigdl", "Relu", "bigdl (as feature_engine says)"),
        ("tensorflow", "Relu", "tensorflow (as feature_engine says)"),
        ("tensorflow", "Tanh", "tensorflow (as feature_engine says)"),
    ],
)
def test_the_engine_and_why(wanted: str, operation: str, clause: str) -> None:
    found = choose_engine(wanted, image_size=4, graph=small_graph(operation))
    assert found.clause() == clause


def test_bigdl_is_refused_by_the_name_of_the_node() -> None:
    with pytest.raises(UnsupportedGraphError) as caught:
        choose_engine("bigdl", image_size=4, graph=small_graph("Tanh"))
    assert str(caught.value) == (
        f"feature_engine is bigdl, but {TANH}: choose feature_engine auto or tensorflow"
    )


def test_another_processor_takes_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    found = choose_engine("auto", image_size=4, graph=small_graph("Relu"))
    assert found.clause() == (
        "tensorflow (BigDL's native library is for x86-64, and this machine is aarch64)"
    )


@pytest.mark.parametrize(("operation", "engine"), [("Relu", "bigdl"), ("Tanh", "tensorflow")])
def test_a_dump_is_read(tmp_path: Path, operation: str, engine: str) -> None:
    (tmp_path / "pipeline.json").write_text(json.dumps({"preprocessing": {"size": 4}}))
    (tmp_path / "model.pb").write_bytes(small_graph(operation))
    assert engine_of_dump("auto", tmp_path).name == engine
