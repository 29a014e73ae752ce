"""Choice of the feature engine for a dump; it depends on the dumped graph alone."""

import platform
from pathlib import Path

from tasks.dumps.bigdl_graph import bigdl_refusal
from tasks.dumps.description import GRAPH, PIPELINE_JSON
from tasks.errors import UnsupportedGraphError
from tasks.params.network import AUTO, BIGDL, TENSORFLOW
from tasks.runs.engine_record import EngineRecord
from tasks.storage.local_files import read_json_file

_X86_64 = ("x86_64", "AMD64")


def choose_engine(wanted: str, *, image_size: int, graph: bytes) -> EngineRecord:
    """Return the engine that runs a dump, and why: ``auto`` takes bigdl wherever that can.

    Args:
        wanted: value of the param ``feature_engine``.
        image_size: height and width of the network's input, in pixels.
        graph: content of ``model.pb``.

    Raises:
        UnsupportedGraphError: bigdl is wanted, and cannot run the graph; the node is named.
    """
    if wanted == TENSORFLOW:
        return EngineRecord(name=TENSORFLOW, reason="as feature_engine says")
    refusal = bigdl_refusal(graph, image_size)
    if wanted == BIGDL:
        if refusal:
            raise UnsupportedGraphError(
                f"feature_engine is bigdl, but {refusal}: choose feature_engine {AUTO} or "
                f"{TENSORFLOW}"
            )
        return EngineRecord(name=BIGDL, reason="as feature_engine says")
    machine = platform.machine()
    if machine not in _X86_64:
        reason = f"BigDL's native library is for x86-64, and this machine is {machine}"
        return EngineRecord(name=TENSORFLOW, reason=reason)
    if refusal:
        return EngineRecord(name=TENSORFLOW, reason=refusal)
    return EngineRecord(name=BIGDL, reason="it runs every operation of the network")


def engine_of_dump(wanted: str, dump: Path) -> EngineRecord:
    """Return the engine that runs a dump of this machine; see ``choose_engine``.

    Args:
        wanted: value of the param ``feature_engine``.
        dump: the dump's folder.
    """
    described = read_json_file(dump / PIPELINE_JSON)
    return choose_engine(
        wanted,
        image_size=described["preprocessing"]["size"],
        graph=(dump / GRAPH).read_bytes(),
    )
