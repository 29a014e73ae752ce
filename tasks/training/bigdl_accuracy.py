"""Accuracy of a head as BigDL's model has it, by BigDL's own Top1Accuracy."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tasks.features.bridge import Bridge
from tasks.features.store import Features, read_features
from tasks.training.samples import from_one, pooled, samples_of

_ROWS = 4096


@dataclass(frozen=True)
class Right:
    """Records that were predicted correctly, and all of them."""

    correct: int
    count: int


def top1_in_memory(bridge: Bridge, model: Any, features: Features) -> Right:
    """Return BigDL's Top1Accuracy of a model on records in memory, measured in the driver's JVM.

    Args:
        bridge: the bridge to the JVM.
        model: BigDL's, on features as they are given.
        features: of the records.
    """
    from bigdl.dllib.optim.optimizer import Top1Accuracy

    method, correct, count = Top1Accuracy().value, 0, 0
    model.evaluate()
    for start in range(0, len(features.label), _ROWS):
        part = features.take(np.arange(start, min(start + _ROWS, len(features.label))))
        answer = model.value.forward(_tensor(bridge, pooled(part.feature, None)))
        found = method.apply(answer, _tensor(bridge, from_one(part.label))).result()
        count += found._2()
        correct += round(found._1() * found._2())
    return Right(correct, count)


def top1_in_spark(model: Any, contents: Any, batch_size: int) -> Right:
    """Return BigDL's Top1Accuracy of a model on records that the executors read.

    Args:
        model: BigDL's, on features as they are given.
        contents: an RDD of the contents of the files of the features.
        batch_size: records that a core takes at once, times the cores.
    """
    from bigdl.dllib.optim.optimizer import Top1Accuracy

    samples = samples_of(contents, None, read_features)
    (found,) = model.evaluate(samples, batch_size, [Top1Accuracy()])
    return Right(round(found.result * found.total_num), found.total_num)


def _tensor(bridge: Bridge, values: Any) -> Any:
    """Return an array as the JVM's tensor."""
    from bigdl.dllib.utils.common import JTensor, _py2java

    dllib = bridge.jvm.com.intel.analytics.bigdl.dllib.utils
    java = _py2java(bridge.spark._gateway, JTensor.from_ndarray(values))
    return dllib.python.api.PythonBigDL.ofFloat().toTensor(java)
