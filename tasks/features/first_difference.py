"""The search for the first node of a network that two engines disagree on."""

from tasks.dumps.description import Dump
from tasks.dumps.spread import relative_difference
from tasks.features.chunks import chunk_at
from tasks.features.comparison import Origin
from tasks.features.engines import Engine


def first_difference(dump: Dump, origin: Origin, *, candidate: Engine, reference: Engine) -> str:
    """Name the first node, in the order of the network, that two engines disagree on.

    Args:
        dump: the dump.
        origin: the record to look at.
        candidate: one engine.
        reference: the other engine; differences are relative to its values.
    """
    (shard,) = (s for s in dump.shards if s.path.name == origin.shard)
    chunk = chunk_at(shard, origin.record, 1, dump.records_per_chunk)
    nodes = compared_nodes(dump)
    actual, expected = (
        engine.end_points(chunk, dump, list(nodes.values())) for engine in (candidate, reference)
    )
    for name, node in nodes.items():
        difference = relative_difference(actual[node], expected[node]).max()
        if not difference <= dump.tolerance:
            return f"{name} ({node}, by {difference:.1e})"
    return "no node by itself"


def compared_nodes(dump: Dump) -> dict[str, str]:
    """Return the nodes to compare by name: the input, the network's end points, the feature."""
    nodes = dump.nodes
    return {"image": nodes.image_batch, **dump.end_points, "feature": nodes.feature}
