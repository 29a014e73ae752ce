"""Records of a network: what it is called, how it is built, how a picture is prepared for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Build = Callable[[Any], tuple[Any, Mapping[str, Any]]]


@dataclass(frozen=True)
class Preprocessing:
    """Numbers of the steps between a decoded picture and a network's input.

    Attributes:
        size: height and width of the input, in pixels; the whole picture is scaled to it.
        subtract: subtracted from values in ``[0, 1]``.
        multiply: what the result is multiplied by.
    """

    size: int
    subtract: float
    multiply: float


@dataclass(frozen=True)
class Network:
    """A network up to its last pooling, and where its pretrained weights are.

    Attributes:
        name: TF-Slim's; the value of the param ``network``.
        scope: TensorFlow's name scope, with which the names of all variables begin.
        preprocessing: how a picture becomes the network's input.
        feature_size: floats per feature.
        end_points: layers worth comparing between engines, by TF-Slim's name, first to last.
        build: adds the network in evaluation mode to the current graph. It takes float32 images
            ``[batch, size, size, 3]`` and returns the features, float32 ``[batch, 1, 1,
            feature_size]``, and tensors by name, those of ``end_points`` among them.
        checkpoint_url: archive of the official checkpoint.
        checkpoint_classes: classes of that checkpoint.
    """

    name: str
    scope: str
    preprocessing: Preprocessing
    feature_size: int
    end_points: tuple[str, ...]
    build: Build
    checkpoint_url: str
    checkpoint_classes: int

    @property
    def image_size(self) -> int:
        """Height and width of the network's input, in pixels."""
        return self.preprocessing.size
