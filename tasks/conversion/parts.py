"""The plan of the shards: which pictures go into which, computed by executors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tasks.conversion.table import SparkTable
from tasks.datasets.dataset import ALL_SPLITS, shard_name
from tasks.datasets.shards import NAME, RECORD_OVERHEAD, shard_count

# Pictures are in the order of their digests; the first digits of these divide a split into ranges
# whose sums fit the driver.
_SIZED = """
SELECT *, size + length(name) + {overhead} AS record_size, substring(hex(sha256), 1, 3) AS band
FROM pictures
"""
_RUNNING = """
SELECT *, SUM(record_size) OVER (
    PARTITION BY split, band ORDER BY sha256, name, id ROWS UNBOUNDED PRECEDING
) - record_size AS running FROM sized
"""
# What ``tasks.datasets.shards.part_of`` computes; the product may be larger than a BIGINT.
_PARTS = """
SELECT running.*,
    CAST(CAST(base + running AS DECIMAL(38, 0)) * parts DIV total AS INT) AS part
FROM running JOIN bases USING (split, band)
"""


@dataclass(frozen=True)
class Plan:
    """Shards of the data set.

    Attributes:
        splits: the split of each.
        names: the file of each.
        numbers: the number of each, by split and part.
    """

    splits: list[str]
    names: list[str]
    numbers: dict[tuple[str, int], int]


def place_in_parts(session: Any, table: SparkTable) -> Any:
    """Return the pictures with the part of their split that each falls into."""
    from pyspark import StorageLevel
    from pyspark.sql.functions import broadcast

    session.sql(_SIZED.format(overhead=RECORD_OVERHEAD)).createOrReplaceTempView("sized")
    sums = list(table.rows("SELECT split, band, SUM(record_size) FROM sized GROUP BY split, band"))
    bases = session.createDataFrame(
        bases_of({(split, part): size for split, part, size in sums}),
        "split STRING, band STRING, base BIGINT, parts INT, total BIGINT",
    )
    broadcast(bases).createOrReplaceTempView("bases")
    session.sql(_RUNNING).createOrReplaceTempView("running")
    placed = session.sql(_PARTS).persist(StorageLevel.DISK_ONLY)
    placed.createOrReplaceTempView("placed")
    return placed


def bases_of(sizes: Mapping[tuple[str, str], int]) -> list[tuple[str, str, int, int, int]]:
    """Return, for each band, the bytes of its split before it, the split's parts and its bytes."""
    bases = []
    for split in ALL_SPLITS:
        total = sum(size for (of, _), size in sizes.items() if of == split)
        base = 0
        for (of, part), size in sorted(sizes.items()):
            if of == split:
                bases.append((split, part, base, shard_count(total), total))
                base += size
    return bases


def plan_shards(session: Any) -> Plan:
    """Return the shards that the parts of the view ``placed`` make."""
    query = "SELECT DISTINCT split, part FROM placed"
    found = sorted((row.split, row.part) for row in session.sql(query).toLocalIterator())
    plan = Plan([], [], {})
    for split in ALL_SPLITS:
        parts = [part for of, part in found if of == split]
        for number, part in enumerate(parts):
            plan.numbers[split, part] = len(plan.names)
            plan.names.append(shard_name(NAME, split, number, len(parts)))
            plan.splits.append(split)
    return plan
