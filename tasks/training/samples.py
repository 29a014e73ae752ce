"""Training and validation records in the form that BigDL's optimisers take."""

from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.features.store import Features
from tasks.models.head import FloatArray, Scaling
from tasks.runs.training_record import Plan
from tasks.training.methods import PADDING

Read = Callable[[bytes], Features]


def pooled(feature: FloatArray, scaling: Scaling | None) -> FloatArray:
    """Return features, scaled, in the shape of the network's last pooling.

    The model's Squeeze expects it: float32 ``[records, 1, 1, features]``.
    """
    scaled = scaling(feature) if scaling else feature
    return scaled[:, np.newaxis, np.newaxis, :]


def from_one(label: npt.NDArray[Any]) -> FloatArray:
    """Return labels as BigDL counts them, from 1, as float32."""
    return (label + 1).astype(np.float32)


def filled(x: FloatArray, y: FloatArray, batch_size: int, *, pad: bool) -> list[FloatArray]:
    """Return records repeated in turn until there are enough for a batch.

    Args:
        x: features, a row each.
        y: labels from 1.
        batch_size: the least number of records to return.
        pad: let the repeated ones have no influence.
    """
    count = len(y)
    rows = np.arange(max(count, batch_size)) % count
    if len(rows) == count:
        return [x, y]
    labels = y[rows]
    if pad:
        labels[count:] = PADDING
    return [x[rows], labels]


def samples_of(files: Any, scaling: Scaling | None, read: Read) -> Any:
    """Return an ``RDD[Sample]`` for an RDD of the contents of feature files."""

    def samples(file: bytes) -> Iterator[Any]:
        from bigdl.dllib.utils.common import Sample

        features = read(file)
        x, y = pooled(features.feature, scaling), from_one(features.label)
        for one_x, one_y in zip(x, y, strict=True):
            yield Sample.from_ndarray(one_x, one_y)

    return files.flatMap(samples)


def filled_samples(samples: Any, plan: Plan, *, pad: bool) -> Any:
    """Return an ``RDD[Sample]`` of at least a batch; one of fewer records is in one partition.

    Args:
        samples: the records.
        plan: batch size and cores.
        pad: let the repeated records have no influence; else only a batch of a record for each
            core may be too large for the records.
    """
    if plan.steps_per_epoch > 1 or (plan.batch_size > plan.cores and not pad):
        return samples

    def fill(partition: Iterator[Any]) -> Iterator[Any]:
        few = list(partition)
        yield from few
        more = islice(cycle(few), max(plan.batch_size - len(few), 0))
        yield from map(_padding, more) if pad else more

    return samples.mapPartitions(fill)


def _padding(sample: Any) -> Any:
    """Return a sample whose label is no class."""
    from bigdl.dllib.utils.common import Sample

    return Sample.from_jtensor(sample.features, float(PADDING))
