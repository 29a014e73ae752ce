"""Recipes of preprocessing: the numbers between a decoded picture and a network's input."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

_BYTE = 1 / 255

Channels = tuple[float, float, float]


@dataclass(frozen=True)
class Preprocessing:
    """Numbers of the steps between a decoded picture and a network's input, in their order.

    A picture is multiplied by ``scale``, cropped by ``crop``, scaled to ``size`` (or, with
    ``shorter_side``, scaled until its shorter side has that length, and cropped to ``size``), and
    normalised: ``(x - subtract) * multiply``. Scaling is bilinear with neither aligned corners nor
    half-pixel centres, TensorFlow 1's default.

    Attributes:
        size: height and width of the input, in pixels.
        scale: what the bytes of a picture are multiplied by.
        crop: share of height and width that is kept, the middle of the picture; 0 to 1.
        shorter_side: length in pixels; not together with ``crop``.
        subtract: what is subtracted from red, green and blue.
        multiply: what the results are multiplied by.
        bgr: whether the network takes blue first.
    """

    size: int
    scale: float = _BYTE
    crop: float = 1.0
    shorter_side: int | None = None
    subtract: Channels = (0.0, 0.0, 0.0)
    multiply: Channels = (1.0, 1.0, 1.0)
    bgr: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the recipe as ``pipeline.json`` has it, as JSON types."""
        lists = {"subtract": list(self.subtract), "multiply": list(self.multiply)}
        return {**asdict(self), **lists}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Preprocessing":
        """Return the recipe that ``as_json`` gave."""
        lists = {name: tuple(fields[name]) for name in ("subtract", "multiply")}
        return cls(**{**fields, **lists})

    def cropped(self, crop: float) -> "Preprocessing":
        """Return the same with another share of the picture kept."""
        return replace(self, crop=crop)


def inception(size: int, crop: float = 0.875) -> Preprocessing:
    """Return TF-Slim's ``inception_preprocessing`` for evaluation: values in ``[-1, 1]``."""
    return Preprocessing(size=size, crop=crop, subtract=(0.5,) * 3, multiply=(2.0,) * 3)


def vgg(size: int) -> Preprocessing:
    """Return TF-Slim's ``vgg_preprocessing`` for evaluation: ImageNet's mean is subtracted.

    The mean colour is that of Simonyan and Zisserman, https://arxiv.org/abs/1409.1556.
    """
    return Preprocessing(size=size, scale=1.0, shorter_side=256, subtract=(123.68, 116.78, 103.94))


def _caffe(size: int) -> Preprocessing:
    return Preprocessing(size=size, scale=1.0, subtract=(123.68, 116.779, 103.939), bgr=True)


def _tf(size: int) -> Preprocessing:
    return Preprocessing(size=size, scale=1.0, subtract=(127.5,) * 3, multiply=(1 / 127.5,) * 3)


def _torch(size: int) -> Preprocessing:
    deviation = (0.229, 0.224, 0.225)
    multiply = tuple(1 / each for each in deviation)
    return Preprocessing(
        size=size,
        subtract=(0.485, 0.456, 0.406),
        multiply=(multiply[0], multiply[1], multiply[2]),
    )


def _none(size: int) -> Preprocessing:
    return Preprocessing(size=size, scale=1.0)


#: Preprocessings by name, for a size. Those of Keras are ``preprocess_input`` of
#: ``keras.applications.imagenet_utils`` in its three modes, on the whole picture; ``none`` gives
#: the network the bytes 0 to 255 as they are.
PREPROCESSINGS: Mapping[str, Callable[[int], Preprocessing]] = {
    "inception": inception,
    "vgg": vgg,
    "keras:caffe": _caffe,
    "keras:tf": _tf,
    "keras:torch": _torch,
    "none": _none,
}
