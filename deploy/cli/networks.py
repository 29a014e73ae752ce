"""``graft networks``."""

import json
import os
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from deploy.cli.errors import one_line_errors
from deploy.terminal import say
from tasks.features.memory import Needs, memory_needs
from tasks.networks.network import Network
from tasks.networks.recipe import Preprocessing
from tasks.networks.slim_library import PREFIX, SLIM_PATH, VIDEO, library_folder, library_names
from tasks.networks.slim_published import published
from tasks.networks.table import NETWORKS
from tasks.params.network import BIGDL, TENSORFLOW

_LINE = "{:22} {:>4} {:>8} {:>7} {:>9} {:>6} {:>8}  {}"
_HEAD = (
    *("network", "size", "features", "GFLOPs", "M weights", "GiB", "ImageNet"),
    "pictures",
)
_MIB_OF_MILLION = 4e6 / 2**20

# Size, features, operations and weights are known once a network is built.
_LIBRARY_LINE = "{:61} {:>8}  {}"


@one_line_errors()
def networks(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object by name, with the archives' URLs.")
    ] = False,
) -> None:
    """List the networks that turn pictures into features, and what each needs.

    GFLOPs are for one picture, weights in millions. GiB is the memory of an executor of one core
    with the engine bigdl, its heap included. ImageNet is the published share of right classes. A
    run takes a network by name: graft run -p network=mobilenet_v1. Where SLIM_PATH is set, the
    networks of that TF-Slim library follow; what is not known before one is built is left empty.
    """
    of_library = _library()
    if as_json:
        found = {name: _as_json(network) for name, network in NETWORKS.items()}
        sys.stdout.write(f"{json.dumps({**found, **of_library}, indent=2)}\n")
        return
    say(_LINE.format(*_HEAD))
    for network in NETWORKS.values():
        say(
            _LINE.format(
                network.name,
                network.image_size,
                f"{network.feature_size:,}",
                _number(network.gflops, 2),
                _number(network.parameters, 1),
                _gib(network),
                _number(network.top1, 3),
                _pictures(network.preprocessing),
            )
        )
    for name, fields in of_library.items():
        checkpoint = "" if fields["checkpoint_url"] else "needs checkpoint_url"
        say(_LIBRARY_LINE.format(name, _number(fields["top1"], 3), checkpoint).rstrip())


def _library() -> dict[str, dict[str, Any]]:
    """Return what is known of the networks of the library in ``SLIM_PATH``; none is built."""
    if not os.environ.get(SLIM_PATH):
        return {}
    found = {name: published(name) for name in library_names(library_folder())}
    return {
        f"{PREFIX}{name}": {
            "top1": known.top1 if known else None,
            "checkpoint_url": known.url if known else None,
        }
        for name, known in found.items()
        if name not in VIDEO
    }


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _gib(network: Network) -> str:
    needs = _needs(network, BIGDL)
    return _number(needs.total / 1024 if needs else None, 1)


def _needs(network: Network, engine: str) -> Needs | None:
    if network.parameters is None:
        return None
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
            if (needs := _needs(network, engine))
        },
        "preprocessing": network.preprocessing.as_json(),
        "checkpoint_url": network.checkpoint_url,
    }
