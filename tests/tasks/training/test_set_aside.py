import io

import numpy as np
import pyarrow.parquet as pq

from support.features import features_of, table_of
from tasks.features.store import Features
from tasks.training.set_aside import (
    PARTS,
    read_set_aside,
    read_trained_on,
    set_aside,
    trained_on,
)


def draw(records: int) -> Features:
    values = np.random.default_rng(1).normal(size=(records, 3)).astype(np.float32)
    return features_of(values, np.arange(records) % 2)


def test_every_record_is_in_one_part() -> None:
    every = draw(2000)
    digests = [set(part.digest.tolist()) for part in (trained_on(every), set_aside(every))]
    assert digests[0] | digests[1] == set(every.digest.tolist())
    assert not digests[0] & digests[1]
    # A tenth, within four standard deviations of a binomial count.
    assert abs(len(digests[1]) - 2000 / PARTS) < 4 * np.sqrt(2000 * 0.1 * 0.9)


def test_a_record_keeps_its_part_whatever_else_is_there() -> None:
    every = draw(200)
    some = every.take(np.arange(199, -1, -3))
    kept = set(set_aside(every).digest.tolist()) & set(some.digest.tolist())
    assert set(set_aside(some).digest.tolist()) == kept
    assert kept


def test_a_file_is_read_in_parts() -> None:
    every, file = draw(50), io.BytesIO()
    pq.write_table(table_of(every), file)
    for read, part in ((read_trained_on, trained_on(every)), (read_set_aside, set_aside(every))):
        found = read(file.getvalue())
        np.testing.assert_array_equal(found.feature, part.feature)
        np.testing.assert_array_equal(found.label, part.label)
