"""Choice of optimiser and batch size for a training, from the cluster and the data."""

import logging
from dataclasses import replace

from tasks.datasets.pair import Pair
from tasks.dumps.description import Dump
from tasks.errors import ParamsError
from tasks.params.definitions import JobConfig
from tasks.params.training import LBFGS
from tasks.runs.training_record import Plan
from tasks.spark.cluster import Cluster

logger = logging.getLogger(__name__)

LOCAL_OPTIMIZER = "LocalOptimizer"
DISTRIBUTED_OPTIMIZER = "DistriOptimizer"
#: L-BFGS to the optimum; no optimiser of BigDL's.
LOCAL_SOLVER = "L-BFGS in the driver"
DISTRIBUTED_SOLVER = "L-BFGS on Spark"
SOLVERS = (LOCAL_SOLVER, DISTRIBUTED_SOLVER)

# A step of the distributed optimiser is two Spark jobs, which take about 20 ms of scheduling around
# one or two of computing, so one of 128 records costs hardly more than one of 16. On 3,320 records
# 128, 26 steps an epoch, lost no accuracy in ten epochs; 512 did.
_SMALLEST_BATCH = 16
_LARGEST_BATCH = 128
_STEPS_PER_EPOCH = 25

_MIB = 2**20
_FLOAT32_BYTES = 4

# Features reach BigDL as text through py4j and are copied on the way: 1/4 of the heap was too much,
# 1/8 was not.
_HEAP_PER_FEATURES = 8


def plan_training(config: JobConfig, dumps: Pair[Dump], cluster: Cluster) -> Plan:
    """Return optimiser and batch size, and log a line about each.

    Args:
        config: batch size as given, and the most features that the driver may take.
        dumps: records and size of their features.
        cluster: master, cores, and the driver's heap.

    Raises:
        ParamsError: BigDL cannot train so with the optimizer that is asked for.
    """
    optimizer = _choose_optimizer(config, dumps, cluster)
    records = dumps.train.records
    if optimizer in SOLVERS:
        return Plan(
            optimizer=optimizer,
            batch_size=records,
            cores=cluster.cores,
            steps_per_epoch=1,
            master=cluster.master,
        )
    wanted, why = _wanted_batch(config, optimizer, records)
    if config.optimizer == LBFGS:
        _require_one_place(optimizer, cluster)
        batch_size, bound = _full_batch(records, cluster.cores)
    else:
        batch_size, bound = _possible_batch(wanted, records, cluster.cores)
    steps = -(-records // batch_size)
    plural = "s" if steps > 1 else ""
    logger.info("batch size %d, %s: %d step%s an epoch", wanted, why, steps, plural)
    if batch_size != wanted:
        logger.info("batch size %d -> %d, %s", wanted, batch_size, bound)
    if records < batch_size and config.optimizer != LBFGS:
        logger.info("%d training records are repeated to fill a batch of %d", records, batch_size)
    return Plan(
        optimizer=optimizer,
        batch_size=batch_size,
        cores=cluster.cores,
        steps_per_epoch=steps,
        master=cluster.master,
    )


def plan_for_records(plan: Plan, config: JobConfig, records: int) -> Plan:
    """Return the plan for the records that are left to train on when a part is set aside.

    Args:
        plan: for all training records.
        config: names the optimizer.
        records: how many are left.
    """
    full = config.optimizer == LBFGS
    batch_size, _ = (
        _full_batch(records, plan.cores)
        if full
        else _possible_batch(plan.batch_size, records, plan.cores)
    )
    return replace(plan, batch_size=batch_size, steps_per_epoch=-(-records // batch_size))


def _require_one_place(optimizer: str, cluster: Cluster) -> None:
    """Raise a ``ParamsError`` unless all weights are in one place.

    BigDL's distributed optimiser deals the weights out to the executors, each of which would run
    an L-BFGS of its own on its share, as if the others' weights did not change.
    """
    if optimizer == DISTRIBUTED_OPTIMIZER and cluster.executors > 1:
        raise ParamsError(
            f"optimizer is {LBFGS}, which BigDL's {DISTRIBUTED_OPTIMIZER} runs on one executor "
            f"only, but there are {cluster.executors}: choose optimizer adam, rmsprop or sgd, or "
            "one executor, or a local master"
        )


def _choose_optimizer(config: JobConfig, dumps: Pair[Dump], cluster: Cluster) -> str:
    """Return the local one where the driver can hold the features, else the distributed."""
    values = sum(dump.records * dump.feature_size for dump in dumps)
    size = values * _FLOAT32_BYTES / _MIB
    bound = min(config.max_local_mib, cluster.heap_mib / _HEAP_PER_FEATURES)
    fits = cluster.is_local and size <= bound
    local, distributed = SOLVERS if config.tunes() else (LOCAL_OPTIMIZER, DISTRIBUTED_OPTIMIZER)
    optimizer = local if fits else distributed
    logger.info(
        "%s: master %s, %d cores, %.1f MiB of features (the driver takes up to %.0f)",
        optimizer,
        cluster.master,
        cluster.cores,
        size,
        bound if cluster.is_local else 0,
    )
    return optimizer


def _wanted_batch(config: JobConfig, optimizer: str, records: int) -> tuple[int, str]:
    """Return how many records a step should take, and why."""
    if config.optimizer == LBFGS:
        return records, f"all records, as {LBFGS} needs"
    if config.batch_size:
        return config.batch_size, "as given"
    if optimizer == LOCAL_OPTIMIZER:
        return _SMALLEST_BATCH, "the original example's"
    batch_size = min(max(records // _STEPS_PER_EPOCH, _SMALLEST_BATCH), _LARGEST_BATCH)
    return batch_size, f"as a step of {optimizer} costs hardly more for it"


def _possible_batch(wanted: int, records: int, cores: int) -> tuple[int, str]:
    """Return the batch size for BigDL that is nearest to the wanted one, and what bounds it.

    BigDL refuses a batch that is no multiple of the cores, and a batch of more records than there
    are. Of fewer records than cores the optimisers repeat some, so that every core has one.
    """
    multiple, largest = -(-wanted // cores) * cores, records // cores * cores
    if not largest:
        return cores, f"a record for each of {cores} cores"
    if multiple <= largest:
        return multiple, f"a multiple of {cores} cores"
    return largest, f"the most for {records} training records on {cores} cores"


def _full_batch(records: int, cores: int) -> tuple[int, str]:
    """Return the batch size that takes all records and is a multiple of the cores, and why."""
    return -(-records // cores) * cores, f"with padding to a multiple of {cores} cores"
