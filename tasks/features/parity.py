"""``check_parity``: the same records through both feature engines, compared to 1e-4.

Both run the same dump, one in TensorFlow, one in BigDL. Where they differ, a pipeline was read
wrongly by one of them, and the features that a head is trained on are not what they seem.
"""

import json
import logging
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.dumps.description import FROZEN, TENSORS, Dump
from tasks.errors import ParityError, UnavailableError
from tasks.features import tensorflow_engine
from tasks.features.bigdl_engine import BigdlEngine
from tasks.features.chunks import Chunk, chunk_at, plan_chunks
from tasks.features.engines import ENGINES, require_all
from tasks.features.store import feature_matrix, load_tables
from tasks.spark.files import HadoopFiles
from tasks.storage.artifact import Artifact, build, digest_of
from tasks.storage.local_files import write_json
from tasks.storage.locations import Location
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)

#: The largest relative difference that counts as agreement.
TOLERANCE = 1e-4
PARITY = "parity.json"
_FORMAT = 1

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Parity:
    """What a comparison of both engines found.

    Attributes:
        records: how many were compared.
        largest_relative_difference: between any two features, see ``relative_difference``.
        tolerance: what it may be.
    """

    records: int
    largest_relative_difference: float
    tolerance: float


@dataclass(frozen=True)
class Origin:
    """Where a record came from."""

    shard: str
    record: int


def relative_difference(actual: FloatArray, expected: FloatArray) -> FloatArray:
    """Return ``|actual - expected|`` over ``|expected|``, or over its mean where that is larger.

    Features are averages of rectified values: many are almost 0, and float32 rounding of the sums
    that they come from is of the size of the others.
    """
    size = np.abs(expected)
    difference: FloatArray = np.abs(actual - expected) / np.maximum(size, size.mean() or 1)
    return difference


def check_parity(
    context: Any,
    pipeline: Dump,
    engine: str,
    features: Artifact,
    records: int,
    home: Home,
) -> Parity | None:
    """Run a split's first records through the other engine, too, and compare.

    Args:
        context: the Spark context.
        pipeline: the dump.
        engine: the engine that ``features`` came from.
        features: the split's features.
        records: how many records, at least; whole chunks are compared.
        home: where the result is kept; a check that was passed is not made again.

    Returns:
        What was found, or None where the other engine does not run.

    Raises:
        ParityError: the engines disagree; record and first node that differs are named.
    """
    (other,) = set(ENGINES) - {engine}
    try:
        runner = ENGINES[other](context)
    except UnavailableError as error:
        logger.info("check_parity: left out, the engine %s does not run here: %s", other, error)
        return None
    recipe = {
        "format": _FORMAT,
        "features": features.digest,
        "other": other,
        "other_version": runner.version,
        "graph": pipeline.digests["graph"],
        "records": records,
    }

    def make(folder: Path) -> None:
        chunks = _first_chunks(pipeline, records)
        expected = sum(chunk.records for chunk in chunks)
        # Named after the recipe: what a killed run leaves is written over, and goes with the rest.
        rows = home.shared(home.parity) / f".{digest_of(recipe)}.rows"
        try:
            written = runner.extract(chunks, pipeline, rows)
            require_all(written, expected, pipeline)
            theirs = load_tables(context, rows)
        finally:
            HadoopFiles.of(context).delete(rows)
        ours = _rows_like(theirs, context, features.path)
        require_all(min(theirs.num_rows, ours.num_rows), expected, pipeline)
        largest = _compare(context, pipeline, {engine: ours, other: theirs})
        write_json(folder / PARITY, asdict(Parity(theirs.num_rows, largest, TOLERANCE)))

    found = build(home.parity, recipe, make).path / PARITY
    parity = Parity(**json.loads(found.read_text(encoding="utf-8")))
    logger.info(
        "check_parity: bigdl and tensorflow agree on %d records, largest relative difference %.1e "
        "(at most %.0e passes)",
        parity.records,
        parity.largest_relative_difference,
        parity.tolerance,
    )
    return parity


def _first_chunks(pipeline: Dump, records: int) -> list[Chunk]:
    chosen: list[Chunk] = []
    for chunk in plan_chunks(pipeline.shards, pipeline.records_per_chunk):
        if sum(c.records for c in chosen) >= records:
            break
        chosen.append(chunk)
    return chosen


def _rows_like(theirs: Any, context: Any, path: Location) -> Any:
    """Return the rows of a features artefact that are of the same records as ``theirs``."""
    shards = set(theirs["shard"].to_pylist())
    ours = load_tables(context, path, {Path(shard).stem for shard in shards})
    place = {origin: i for i, origin in enumerate(_origins(ours))}
    return ours.take([place[origin] for origin in _origins(theirs) if origin in place])


def _origins(table: Any) -> list[Origin]:
    pairs = zip(table["shard"].to_pylist(), table["record"].to_pylist(), strict=True)
    return [Origin(*pair) for pair in pairs]


def _compare(context: Any, pipeline: Dump, tables: dict[str, Any]) -> float:
    """Return the largest relative difference between two engines' rows of the same records."""
    ours, theirs = tables["bigdl"], tables["tensorflow"]
    origins = _origins(theirs)
    labels = [table["label"].to_numpy() for table in (ours, theirs)]
    for i in np.flatnonzero(labels[0] != labels[1])[:1]:
        raise ParityError(
            f"check_parity: the label of {origins[i].shard}, record {origins[i].record} is "
            f"{labels[0][i]} to bigdl and {labels[1][i]} to tensorflow"
        )
    difference = relative_difference(feature_matrix(ours), feature_matrix(theirs))
    # A NaN is no agreement either.
    largest = float(difference.max())
    if not largest <= TOLERANCE:
        worst = origins[int(np.argmax(np.nan_to_num(difference.max(axis=1), nan=np.inf)))]
        node = first_difference(context, pipeline, worst)
        raise ParityError(
            f"check_parity: the engines bigdl and tensorflow differ by {largest:.1e}, expected at "
            f"most {TOLERANCE:.0e}, first at {node} of {worst.shard}, record {worst.record}; "
            f"{pipeline.path / TENSORS} and {pipeline.path / FROZEN} are not the same network, or "
            "an engine misreads it: dump again, and choose parity_records 0 to train all the same"
        )
    return largest


def first_difference(context: Any, pipeline: Dump, origin: Origin) -> str:
    """Name the first node, in the order of the network, that the engines disagree on.

    Args:
        context: the Spark context.
        pipeline: the dump.
        origin: the record to look at.
    """
    (shard,) = (s for s in pipeline.shards if s.path.name == origin.shard)
    chunk = chunk_at(shard, origin.record, 1, pipeline.records_per_chunk)
    names = end_points(pipeline)
    expected = tensorflow_engine.end_points(context, chunk, pipeline, list(names.values()))
    shapes = {node: value.shape[1:] for node, value in expected.items()}
    with tempfile.TemporaryDirectory() as folder:
        actual = BigdlEngine(context).end_points(chunk, pipeline, shapes, Path(folder))
    for name, node in names.items():
        difference = relative_difference(actual[node], expected[node]).max()
        if not difference <= TOLERANCE:
            return f"{name} ({node}, by {difference:.1e})"
    return "no node by itself"


def end_points(pipeline: Dump) -> dict[str, str]:
    """Return the nodes to compare by name: the input, the network's end points, the feature."""
    nodes = pipeline.nodes
    return {"image": nodes.image_batch, **pipeline.end_points, "feature": nodes.feature}
