"""Closing lines of a conversion: how many pictures are where."""

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.datasets.names import counted


def result_lines(description: Mapping[str, Any], destination: str) -> Iterator[str]:
    """Yield what a user wants to know of a data set that was made.

    Args:
        description: as ``dataset.json`` holds it.
        destination: the data set's folder.
    """
    splits = description["splits"]
    total = sum(split["records"] for split in splits.values())
    shards = sum(len(split["shards"]) for split in splits.values())
    sides = ", ".join(f"{name} {split['records']:,}" for name, split in splits.items())
    classes = counted(len(description["class_names"]), "class")
    yield f"{counted(total, 'picture')} of {classes} in {counted(shards, 'shard')}: {sides}"
    counts = description["counts"]
    told = {"converted": "stored anew", "copies": "copies left out", "skipped": "cannot be used"}
    found = [f"{counts[name]:,} {what}" for name, what in told.items() if counts.get(name)]
    if found:
        yield ", ".join(found)
    yield f"{destination} is the data set; train with -p dataset_url={destination}"
