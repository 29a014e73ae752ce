"""``graft networks``."""

import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from deploy.cli.errors import one_line_errors
from deploy.terminal import say
from tasks.features.memory import Needs, memory_needs
from tasks.networks.network import Network
from tasks.networks.recipe import Preprocessing
from tasks.networks.registry import NETWORKS
from tasks.params.network import BIGDL, TENSORFLOW

_LINE = "{:22} {:>4} {:>8} {:>7} {:>9} {:>6} {:>8}  {}"
_HEAD = (
    *("network", "size", "features", "GFLOPs", "M weights", "GiB", "ImageNet"),
    "pictures",
)
_MIB_OF_MILLION = 4e6 / 2**20


@one_line_errors()
def networks(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object by name, with the archives' URLs.")
    ] = False,
) -> None:
    """List the networks that turn pictures into features, and what each needs.

    GFLOPs are for one picture, weights in millions. GiB is the memory of an executor of one core
    with the engine bigdl, its heap included. ImageNet is the published share of right classes. A
    run takes a network by name: graft run -p network=mobilenet_v1.
    """
    if as_json:
        found = {name: _as_json(network) for name, network in NETWORKS.items()}
        sys.stdout.write(f"{json.dumps(found, indent=2)}\n")
        return
    say(_LINE.format(*_HEAD))
    for network in NETWORKS.values():
        say(
            _LINE.format(
                network.name,
                network.image_size,
                f"{network.feature_size:,}",
                f"{network.gflops:.2f}",
                f"{network.parameters:.1f}",
                f"{_needs(network, BIGDL).total / 1024:.1f}",
                f"{network.top1:.3f}",
                _pictures(network.preprocessing),
            )
        )


def _needs(network: Network, engine: str) -> Needs:
    return memory_needs(engine, network.parameters * _MIB_OF_MILLION, cores=1)


def _pictures(preprocessing: Preprocessing) -> str:
    if preprocessing.shorter_side is not None:
        return f"shorter side to {preprocessing.shorter_side}, middle"
    return "whole" if preprocessing.crop == 1 else f"crop {preprocessing.crop}"


def _as_json(network: Network) -> dict[str, Any]:
    fields = asdict(network)
    return {
        **{name: fields[name] for name in ("feature_size", "gflops", "parameters", "top1")},
        "image_size": network.image_size,
        "executor_mib": {
            engine: {"heap": needs.heap, "beside": needs.beside}
            for engine in (BIGDL, TENSORFLOW)
            for needs in (_needs(network, engine),)
        },
        "preprocessing": network.preprocessing.as_json(),
        "checkpoint_url": network.checkpoint_url,
    }
