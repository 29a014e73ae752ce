"""Lets tf-slim 1.1.0 import on TensorFlow 2.21.

tf-slim's layers import ``tf_keras.legacy_tf_layers`` through TensorFlow's lazy loader. Since
tf-keras 2.16 these modules are at ``tf_keras.src.legacy_tf_layers``. Everywhere in Graft, call
``import_slim`` instead of importing ``tf_slim``.
"""

import importlib
import sys
import warnings
from types import ModuleType

from tasks.networks.tensorflow import import_tensorflow

_OLD = "tf_keras.legacy_tf_layers"
_NEW = "tf_keras.src.legacy_tf_layers"
_MODULES = ("base", "convolutional", "core", "normalization", "pooling")


def import_slim() -> ModuleType:
    """Import tf-slim, its layers and networks included, and return it."""
    import_tensorflow()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sys.modules.setdefault(_OLD, importlib.import_module(_NEW))
        for name in _MODULES:
            sys.modules.setdefault(f"{_OLD}.{name}", importlib.import_module(f"{_NEW}.{name}"))
        importlib.import_module("tf_slim.nets.inception_v1")
        return importlib.import_module("tf_slim")
