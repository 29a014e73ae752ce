"""Decides where and in what steps the classifier is trained, once the machine is known."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks.dumps.description import Dump
from tasks.params.definitions import JobConfig
from tasks.spark.cluster import Cluster

logger = logging.getLogger(__name__)

LOCAL = "LocalOptimizer"
DISTRIBUTED = "DistriOptimizer"

# A step of the distributed optimiser is two Spark jobs, which take about 20 ms of scheduling around
# one or two of computing, so one of 128 records costs hardly more than one of 16. On 3,320 records
# 128, 26 steps an epoch, lost no accuracy in ten epochs; 512 did.
_SMALLEST_BATCH = 16
_LARGEST_BATCH = 128
_STEPS_PER_EPOCH = 25

_MIB = 2**20

# Features reach BigDL as text through py4j and are copied on the way: 1/4 of the heap was too much,
# 1/8 was not.
_HEAP_PER_FEATURES = 8


@dataclass(frozen=True)
class Plan:
    """How a training is run, once the machine is known.

    Attributes:
        optimizer: ``LocalOptimizer`` or ``DistriOptimizer``.
        batch_size: a multiple of ``cores``.
        cores: of the whole cluster.
        steps_per_epoch: batches that it takes to see every training record.
    """

    optimizer: str
    batch_size: int
    cores: int
    steps_per_epoch: int


def plan_training(config: JobConfig, pipelines: Sequence[Dump], cluster: Cluster) -> Plan:
    """Choose the optimiser and round the batch; say so in one line each."""
    values = sum(p.records * p.feature_size for p in pipelines)
    size = values * np.dtype(np.float32).itemsize / _MIB
    bound = min(config.max_local_mib, cluster.heap_mib / _HEAP_PER_FEATURES)
    optimizer = LOCAL if cluster.is_local and size <= bound else DISTRIBUTED
    logger.info(
        "%s: master %s, %d cores, %.1f MiB of features (the driver takes up to %.0f)",
        optimizer,
        cluster.master,
        cluster.cores,
        size,
        bound if cluster.is_local else 0,
    )
    wanted, why = _wanted_batch(config, optimizer, pipelines[0].records)
    batch_size = -(-wanted // cluster.cores) * cluster.cores
    steps = -(-pipelines[0].records // batch_size)
    logger.info("batch size %d, %s: %d steps an epoch", wanted, why, steps)
    if batch_size != wanted:
        logger.info(
            "batch size %d -> %d, a multiple of %d cores", wanted, batch_size, cluster.cores
        )
    return Plan(optimizer, batch_size, cluster.cores, steps)


def _wanted_batch(config: JobConfig, optimizer: str, records: int) -> tuple[int, str]:
    """Return how many records a step should take, and why."""
    if config.batch_size:
        return config.batch_size, "as given"
    if optimizer == LOCAL:
        return _SMALLEST_BATCH, "the original example's"
    batch_size = min(max(records // _STEPS_PER_EPOCH, _SMALLEST_BATCH), _LARGEST_BATCH)
    return batch_size, f"as a step of {optimizer} costs hardly more for it"
