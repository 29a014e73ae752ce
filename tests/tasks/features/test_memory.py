from dataclasses import replace

import pytest

from tasks.features.memory import Place, find_shortage, memory_needs

#: Of vgg_16, in MiB.
WEIGHTS = 512.0
BIGDL = memory_needs("bigdl", WEIGHTS, cores=2)
TENSORFLOW = memory_needs("tensorflow", WEIGHTS, cores=2)
AMPLE = Place(cores=2, heap=20_000, heap_param="driver_memory", whole=100_000)


@pytest.mark.parametrize("engine", ["bigdl", "tensorflow"])
def test_needs_grow_with_weights_and_cores(engine: str) -> None:
    small, large = (memory_needs(engine, weights, cores=1) for weights in (20, WEIGHTS))
    more = memory_needs(engine, WEIGHTS, cores=2)
    assert small.total < large.total < more.total
    # Weights and their copies are on the heap of bigdl alone.
    assert (small.heap < large.heap) is (engine == "bigdl")
    assert large.heap == more.heap


@pytest.mark.parametrize("engine", ["bigdl", "tensorflow"])
def test_enough_is_no_shortage(engine: str) -> None:
    assert find_shortage(engine, "vgg_16", WEIGHTS, AMPLE) is None
    executor = replace(AMPLE, whole=None, heap_param="executor_memory")
    assert find_shortage(engine, "vgg_16", WEIGHTS, executor) is None


@pytest.mark.parametrize(("share", "certain"), [(0.7, True), (1.1, False)])
def test_a_small_heap_names_the_param_and_what_is_enough(share: float, certain: bool) -> None:
    place = replace(AMPLE, heap=round(share * BIGDL.heap))
    found = find_shortage("bigdl", "vgg_16", WEIGHTS, place)
    assert found is not None
    assert found.certain is certain
    assert found.sentence.startswith(
        f"vgg_16 has 512 MiB of weights: the bigdl engine needs about {BIGDL.heap:,} MiB of heap, "
        f"and driver_memory gives {place.heap:,}: set it to "
    )
    enough = int(found.sentence.removesuffix("m or more").rpartition(" ")[2])
    assert find_shortage("bigdl", "vgg_16", WEIGHTS, replace(place, heap=enough)) is None


@pytest.mark.parametrize(("share", "certain"), [(0.7, True), (1.1, False)])
def test_a_small_machine_is_told_to_use_fewer_cores(share: float, certain: bool) -> None:
    place = replace(AMPLE, whole=round(share * TENSORFLOW.total))
    found = find_shortage("tensorflow", "vgg_16", WEIGHTS, place)
    assert found is not None
    assert found.certain is certain
    assert (
        f"the tensorflow engine needs about {TENSORFLOW.total:,} MiB on 2 cores, and this machine "
        f"has {place.whole:,}: use fewer cores"
    ) in found.sentence


def test_a_small_container_is_a_warning_that_names_the_setting() -> None:
    place = Place(cores=2, heap=20_000, heap_param="executor_memory", beside=384)
    found = find_shortage("tensorflow", "vgg_16", WEIGHTS, place)
    assert found is not None
    assert not found.certain
    assert (
        f"{TENSORFLOW.beside:,} MiB in each executor beside its heap, and the cluster gives 384: "
        "set spark.executor.memoryOverhead in the Spark connection to "
    ) in found.sentence
