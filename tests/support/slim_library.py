"""A miniature of the TF-Slim image models library, in its style."""

from pathlib import Path

FACTORY = """
import functools

import numpy as np
import tensorflow.compat.v1 as tf
import tf_slim as slim
from nets import mini
from tensorflow.contrib import training as contrib_training

HALF = np.int(contrib_training.HParams(half=3).half)

networks_map = {
    'inception_mini': mini.mini,
    'vgg_flat': mini.flat,
    'resnet_v2_50': mini.mini,
    'mine': mini.mini,
    'lenet': mini.mini,
    'unlisted': mini.mini,
    'inception_map': mini.unpooled,
    'inception_sizeless': mini.sizeless,
    'inception_broken': mini.broken,
    'i3d': mini.mini,
}


def get_network_fn(name, num_classes, weight_decay=0.0, is_training=False):
  func = networks_map[name]
  @functools.wraps(func)
  def network_fn(images, **kwargs):
    with slim.arg_scope([slim.conv2d], normalizer_fn=slim.batch_norm):
      return func(images, num_classes=num_classes, is_training=is_training, **kwargs)
  return network_fn
"""
MINI = """
import tensorflow.compat.v1 as tf
import tf_slim as slim


def mini(images, num_classes=None, is_training=False):
  with tf.variable_scope('Mini'):
    first = slim.conv2d(images, 3, [3, 3], stride=4, scope='a')
    net = slim.conv2d(first, 5, [3, 3], stride=4, scope='b')
    return tf.reduce_mean(net, [1, 2], keepdims=True, name='pool'), {'a': first, 'b': net, 'n': 1}


def flat(images, num_classes=None, is_training=False):
  net, layers = mini(images)
  return tf.squeeze(net, [1, 2]), layers


def unpooled(images, num_classes=None, is_training=False):
  layers = mini(images)[1]
  return layers['b'], layers


def broken(images, num_classes=None, is_training=False):
  raise KeyError('no such\\nscope')


def sizeless(images, num_classes=None, is_training=False):
  return mini(images)


mini.default_image_size = 32
flat.default_image_size = 48
unpooled.default_image_size = 32
broken.default_image_size = 32
"""
PREPROCESSING = """
from preprocessing import inception_preprocessing


def get_preprocessing(name):
  preprocessing_fn_map = {
      'mine': vgg_preprocessing,
      'lenet': lenet_preprocessing,
      'inception_mini': vgg_preprocessing,
  }
  return preprocessing_fn_map[name]
"""


def write_library(folder: Path) -> Path:
    """Write the library and return its folder."""
    files = {
        "nets/__init__.py": "",
        "nets/nets_factory.py": FACTORY,
        "nets/mini.py": MINI,
        "nets/mini_test.py": "raise ValueError",
        "preprocessing/__init__.py": "",
        "preprocessing/preprocessing_factory.py": PREPROCESSING,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder
