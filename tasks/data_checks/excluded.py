"""The records that a model was trained and measured without, as its folder lists them."""

import json

from tasks.errors import DataError
from tasks.runs.exclusion_record import EXCLUDED
from tasks.runs.metrics import RunMetrics
from tasks.storage.paths import Home
from tasks.storage.proof import require_whole


def read_excluded(home: Home, metrics: RunMetrics) -> dict[str, dict[str, frozenset[int]]]:
    """Return the numbers of the records left out, by split and file name of their shard.

    Raises:
        DataError: the model's list is missing, was changed, or cannot be read.
    """
    if not metrics.excluded:
        return {}
    model = home.models / metrics.model.digest
    require_whole(model, [EXCLUDED])
    found: dict[str, dict[str, set[int]]] = {}
    try:
        with (model / EXCLUDED).open(encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                numbers = found.setdefault(record["split"], {}).setdefault(record["shard"], set())
                numbers.add(int(record["record"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"{model / EXCLUDED} cannot be read ({error}); expected the records that were left "
            "out: run the DAG again"
        ) from None
    return {
        split: {shard: frozenset(numbers) for shard, numbers in shards.items()}
        for split, shards in found.items()
    }
