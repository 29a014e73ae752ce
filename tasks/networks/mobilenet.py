"""Rows of TF-Slim's tables of MobileNets as records of networks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from tasks.networks.network import Network
from tasks.networks.recipe import inception

# ImageNet's 1,000 and a background class.
_CLASSES = 1001


@dataclass(frozen=True)
class Family:
    """A version of MobileNet.

    Attributes:
        name: of its network of full width and 224 pixels.
        scope: TensorFlow's name scope.
        build: adds a network of ``width`` to the current graph.
        feature_size: floats per feature, of a width.
        url: of the archives, with places for width and size.
    """

    name: str
    scope: str
    build: Callable[..., Any]
    feature_size: Callable[[float], int]
    url: str

    def network(
        self, width: float, size: int, multiplications: int, parameters: float, top1: float
    ) -> Network:
        """Return the record of a row.

        Args:
            width: multiplier of every layer's channels.
            size: height and width of the input, in pixels.
            multiplications: 10^6 for a picture.
            parameters: 10^6 weights, those of the classifier among them.
            top1: published accuracy.
        """
        features = self.feature_size(width)
        return Network(
            name=self.name if (width, size) == (1.0, 224) else f"{self.name}_{width}_{size}",
            scope=self.scope,
            logits="Logits/Conv2d_1c_1x1",
            preprocessing=inception(size),
            feature_size=features,
            build=partial(self.build, width=width),
            checkpoint_url=self.url.format(width, size),
            checkpoint_classes=_CLASSES,
            gflops=2 * multiplications / 1000,
            parameters=round(parameters - _CLASSES * (features + 1) / 1e6, 2),
            top1=top1,
        )
