"""``graft networks``."""

import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from deploy.cli.errors import one_line_errors
from deploy.terminal import say
from tasks.networks.network import Network
from tasks.networks.recipe import Preprocessing
from tasks.networks.registry import NETWORKS

_LINE = "{:22} {:>4} {:>8} {:>7} {:>9} {:>8}  {}"


@one_line_errors()
def networks(
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON object by name, with the archives' URLs.")
    ] = False,
) -> None:
    """List the networks that turn pictures into features, and what each needs.

    GFLOPs are for one picture, weights in millions, ImageNet is the published share of right
    classes. A run takes one by name: graft run -p network=mobilenet_v1.
    """
    if as_json:
        found = {name: _as_json(network) for name, network in NETWORKS.items()}
        sys.stdout.write(f"{json.dumps(found, indent=2)}\n")
        return
    say(_LINE.format("network", "size", "features", "GFLOPs", "M weights", "ImageNet", "pictures"))
    for network in NETWORKS.values():
        say(
            _LINE.format(
                network.name,
                network.image_size,
                f"{network.feature_size:,}",
                f"{network.gflops:.2f}",
                f"{network.parameters:.1f}",
                f"{network.top1:.3f}",
                _pictures(network.preprocessing),
            )
        )


def _pictures(preprocessing: Preprocessing) -> str:
    if preprocessing.shorter_side is not None:
        return f"shorter side to {preprocessing.shorter_side}, middle"
    return "whole" if preprocessing.crop == 1 else f"crop {preprocessing.crop}"


def _as_json(network: Network) -> dict[str, Any]:
    fields = asdict(network)
    return {
        **{name: fields[name] for name in ("feature_size", "gflops", "parameters", "top1")},
        "image_size": network.image_size,
        "preprocessing": network.preprocessing.as_json(),
        "checkpoint_url": network.checkpoint_url,
    }
