"""Lets tf-slim 1.1.0 import on TensorFlow 2.21.

tf-slim's layers import ``tf_keras.legacy_tf_layers`` through TensorFlow's lazy loader. Since
tf-keras 2.16 these modules are at ``tf_keras.src.legacy_tf_layers``. Everywhere in Graft, call
``import_slim`` instead of importing ``tf_slim``.
"""

import importlib
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

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
        importlib.import_module("tf_slim.nets")
        return importlib.import_module("tf_slim")


@contextmanager
def evaluation_mode(scope: Any = None) -> Iterator[ModuleType]:
    """Give tf-slim, set to add layers in evaluation mode with version 1 variables.

    Args:
        scope: tf-slim's, with the network's own defaults of its layers.
    """
    tf, slim = import_tensorflow().compat.v1, import_slim()
    with warnings.catch_warnings(), tf.variable_scope(tf.get_variable_scope()) as variables:
        warnings.simplefilter("ignore")
        # BigDL's loader reads VariableV2, not the resource variables of TensorFlow 2.
        variables.set_use_resource(False)
        evaluation = slim.arg_scope([slim.batch_norm, slim.dropout], is_training=False)
        with slim.arg_scope(scope or {}), evaluation:
            yield slim


def mobile_layers(slim: ModuleType) -> Any:
    """Return the scope of MobileNet's convolutions: normalised, with scale, and ReLU6."""
    tf = import_tensorflow()
    return slim.arg_scope(
        [slim.conv2d, slim.separable_conv2d],
        activation_fn=tf.nn.relu6,
        normalizer_fn=slim.batch_norm,
        normalizer_params={"center": True, "scale": True, "epsilon": 0.001},
    )
