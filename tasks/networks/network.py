"""The record of a network: its name, its preprocessing, its code and its pretrained weights."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tasks.networks.recipe import Preprocessing

Build = Callable[[Any], tuple[Any, Mapping[str, Any]]]


@dataclass(frozen=True)
class Network:
    """A network up to its last pooling, and where its pretrained weights are.

    Attributes:
        name: TF-Slim's; the value of the param ``network``.
        scope: TensorFlow's name scope, with which the names of all variables begin; None where they
            begin with several.
        logits: scope of the classifier in the released checkpoint, which the features do not need;
            None where it is not known.
        preprocessing: how a picture becomes the network's input.
        feature_size: floats per feature.
        build: adds the network in evaluation mode to the current graph. It takes float32 images
            ``[batch, size, size, 3]`` and returns the features, float32 ``[batch, 1, 1,
            feature_size]``, and its layers' tensors by name, first to last.
        checkpoint_url: archive of the official checkpoint, None where there is none.
        checkpoint_classes: classes of that checkpoint.
        gflops: 10^9 floating-point operations for a picture: 2 for each multiplication that is
            added, of the convolutions.
        parameters: 10^6 weights up to the features.
        top1: published share of ImageNet's validation pictures whose class is found.
        spread: largest relative difference between the features of a model's graph as given and as
            folded, seen when the network was made; 0 of a network that was not made from one.
    """

    name: str
    scope: str | None
    logits: str | None
    preprocessing: Preprocessing
    feature_size: int
    build: Build
    checkpoint_url: str | None
    checkpoint_classes: int | None
    gflops: float | None
    parameters: float | None
    top1: float | None
    spread: float = field(default=0.0, kw_only=True)

    @property
    def image_size(self) -> int:
        """Height and width of the network's input, in pixels."""
        return self.preprocessing.size

    @property
    def identity(self) -> str:
        """Name of the network in recipes of artefacts; another build has another one."""
        return self.name
