"""Published checkpoints of the TF-Slim image models library, and preprocessing of its networks.

Both are as the library's README says; accuracy is that of one crop on ImageNet. What the library's
own ``preprocessing_factory`` says of networks that are not listed here, is taken from there.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tasks.errors import ParamsError
from tasks.networks.recipe import Preprocessing, inception, vgg
from tasks.networks.slim_library import PREFIX
from tasks.networks.table import NETWORKS

_MODELS = "http://download.tensorflow.org/models"
_STORAGE = "https://storage.googleapis.com"
_NASNETS = f"{_STORAGE}/download.tensorflow.org/models"
_V3 = f"{_STORAGE}/mobilenet_v3/checkpoints"
_RESNET_V2_SIZE = 299


@dataclass(frozen=True)
class Published:
    """A published checkpoint.

    Attributes:
        url: its archive.
        top1: share of ImageNet's validation pictures whose class is found.
    """

    url: str
    top1: float


# Names of the library's and of the table of networks.
_SAME = {
    "mobilenet_v1_075": "mobilenet_v1_0.75_224",
    "mobilenet_v1_050": "mobilenet_v1_0.5_224",
    "mobilenet_v1_025": "mobilenet_v1_0.25_224",
    "mobilenet_v2_140": "mobilenet_v2_1.4_224",
    "mobilenet_v2_035": "mobilenet_v2_0.35_224",
}
_ONLY_HERE = {
    "inception_v4": (f"{_MODELS}/inception_v4_2016_09_09.tar.gz", 0.802),
    "inception_resnet_v2": (f"{_MODELS}/inception_resnet_v2_2016_08_30.tar.gz", 0.804),
    "mobilenet_v3_large": (f"{_V3}/v3-large_224_1.0_float.tgz", 0.752),
    "mobilenet_v3_small": (f"{_V3}/v3-small_224_1.0_float.tgz", 0.675),
    "mobilenet_v3_large_minimalistic": (f"{_V3}/v3-large-minimalistic_224_1.0_float.tgz", 0.723),
    "mobilenet_v3_small_minimalistic": (f"{_V3}/v3-small-minimalistic_224_1.0_float.tgz", 0.619),
    "nasnet_mobile": (f"{_NASNETS}/nasnet-a_mobile_04_10_2017.tar.gz", 0.740),
    "nasnet_large": (f"{_NASNETS}/nasnet-a_large_04_10_2017.tar.gz", 0.827),
    "pnasnet_mobile": (f"{_NASNETS}/pnasnet-5_mobile_2017_12_13.tar.gz", 0.742),
    "pnasnet_large": (f"{_NASNETS}/pnasnet-5_large_2017_12_13.tar.gz", 0.829),
}

#: Kinds of preprocessing that are computed, by the library's module.
_KINDS: dict[str, Callable[[int], Preprocessing]] = {
    "inception_preprocessing": inception,
    "vgg_preprocessing": vgg,
}
_INCEPTION = re.compile(r"inception_|mobilenet_|p?nasnet_(mobile|large)$")
_VGG = re.compile(r"vgg_|resnet_v1_")


def published(name: str) -> Published | None:
    """Return a network's published checkpoint, None if there is none.

    Args:
        name: without ``slim:``.
    """
    if name in _ONLY_HERE:
        return Published(*_ONLY_HERE[name])
    network = NETWORKS.get(_SAME.get(name, name))
    if network and network.checkpoint_url and network.top1:
        return Published(network.checkpoint_url, network.top1)
    return None


def published_url(name: str) -> str:
    """Return the archive with a network's published checkpoint.

    Args:
        name: with ``slim:``.

    Raises:
        ParamsError: none was published.
    """
    found = published(name.removeprefix(PREFIX))
    if found is None:
        raise ParamsError(
            f"checkpoint_url is empty and no checkpoint of {name} was published: give the "
            "archive or the training folder of yours"
        )
    return found.url


def preprocessing_of(name: str, size: int, listed: Mapping[str, str]) -> Preprocessing:
    """Return a network's preprocessing for evaluation.

    Args:
        name: without ``slim:``.
        size: the network's own, in pixels.
        listed: the library's module that preprocesses for each network that it lists.

    Raises:
        ParamsError: it is another one than Inception's and VGG's, or not known.
    """
    if name.startswith("resnet_v2_"):
        # The library's own table says VGG's; the published weights were trained with Inception's
        # at 299 pixels, as its README says.
        return inception(_RESNET_V2_SIZE)
    if _INCEPTION.match(name):
        return inception(size)
    if _VGG.match(name):
        return vgg(size)
    if name not in listed:
        raise ParamsError(
            f"{PREFIX}{name} has no preprocessing: list it in preprocessing_fn_map of the "
            f"library's preprocessing_factory.py, with {' or '.join(_KINDS)}"
        )
    if listed[name] not in _KINDS:
        raise ParamsError(
            f"{PREFIX}{name} is preprocessed by {listed[name]}, expected {' or '.join(_KINDS)}"
        )
    return _KINDS[listed[name]](size)
