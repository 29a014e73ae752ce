"""Memory that a feature engine needs, told from the size of the network's weights.

Measured with inception_v1, resnet_v1_50 and vgg_16 (21, 90 and 512 MiB of weights) on two cores, as
peaks of resident memory and as the smallest heap that is enough; docs/cluster.md has the figures.
Between them it is a straight line.
"""

from dataclasses import dataclass

from tasks.params.network import BIGDL

# What is certainly too little, and what is tight, as shares of what is needed.
_CERTAIN, _TIGHT = 0.75, 1.15
_STEP = 256


@dataclass(frozen=True)
class Needs:
    """Memory that an engine needs, in MiB.

    Attributes:
        heap: of each JVM that runs it, or has Python workers that do; the least that is enough.
        beside: the rest of such a JVM, and its Python workers, together.
    """

    heap: int
    beside: int

    @property
    def total(self) -> int:
        """Both together."""
        return self.heap + self.beside


@dataclass(frozen=True)
class _Line:
    base: float
    per_weights: float

    def at(self, weights: float) -> float:
        return self.base + self.per_weights * weights


# Weights are read to the heap, and are in native memory once for all cores.
_BIGDL_HEAP = _Line(250, 2.0)
_BIGDL_NATIVE = _Line(260, 1.65)
_BIGDL_CORE = 40
_WORKER = _Line(650, 7.1)
_HEAP, _NATIVE = 250, 350


def memory_needs(engine: str, weights: float, cores: int) -> Needs:
    """Return the memory of a JVM that runs an engine.

    Args:
        engine: ``bigdl`` or ``tensorflow``.
        weights: size of the network's weights in MiB, 4 bytes for each.
        cores: tasks that the JVM runs at once.
    """
    if engine == BIGDL:
        beside = _BIGDL_NATIVE.at(weights) + cores * _BIGDL_CORE
        return Needs(round(_BIGDL_HEAP.at(weights)), round(beside))
    return Needs(_HEAP, round(_NATIVE + cores * _WORKER.at(weights)))


@dataclass(frozen=True, kw_only=True)
class Place:
    """Memory of the JVMs that run an engine, in MiB.

    Attributes:
        cores: tasks that a JVM runs at once.
        heap: the most that its objects may take.
        heap_param: name of the param for ``heap``.
        whole: memory of the machine where all runs on one; None on a cluster.
        beside: the most beside the heap on a cluster; None where nothing bounds it that is known.
    """

    cores: int
    heap: int
    heap_param: str
    whole: int | None = None
    beside: int | None = None


@dataclass(frozen=True)
class Shortage:
    """Memory that is too little: a sentence, and whether the engine certainly fails."""

    sentence: str
    certain: bool


def find_shortage(engine: str, network: str, weights: float, place: Place) -> Shortage | None:
    """Return what is too little for an engine, None if all is well.

    Args:
        engine: ``bigdl`` or ``tensorflow``.
        network: the network's name.
        weights: size of its weights in MiB.
        place: what there is.
    """
    needs = memory_needs(engine, weights, place.cores)
    about = f"{network} has {weights:,.0f} MiB of weights: the {engine} engine needs about"
    if place.heap < _TIGHT * needs.heap:
        return Shortage(
            f"{about} {needs.heap:,} MiB of heap, and {place.heap_param} gives {place.heap:,}: "
            f"set it to {_rounded_up(_TIGHT * needs.heap)}m or more",
            certain=place.heap < _CERTAIN * needs.heap,
        )
    if place.whole is not None and place.whole < _TIGHT * needs.total:
        return Shortage(
            f"{about} {needs.total:,} MiB on {place.cores} cores, and this machine has "
            f"{place.whole:,}: use fewer cores, such as master local[1], or a smaller network",
            certain=place.whole < _CERTAIN * needs.total,
        )
    if place.beside is not None and place.beside < needs.beside:
        # Containers allow for some of it in ways that are not known here.
        return Shortage(
            f"{about} {needs.beside:,} MiB in each executor beside its heap, and the cluster gives "
            f"{place.beside:,}: set spark.executor.memoryOverhead in the Spark connection to "
            f"{_rounded_up(needs.beside)}m or more",
            certain=False,
        )
    return None


def _rounded_up(mib: float) -> int:
    return -(-round(mib) // _STEP) * _STEP
