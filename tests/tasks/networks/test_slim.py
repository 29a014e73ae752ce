"""tf-slim imports in an interpreter where nothing was imported before it."""

import subprocess
import sys

from tasks.networks.slim import import_slim
from tasks.storage.paths import CHECKOUT


def test_layers_and_networks_can_be_used_and_nothing_is_printed() -> None:
    program = (
        "from tasks.networks.slim import import_slim\n"
        "from tasks.networks.tensorflow import import_tensorflow\n"
        "slim, tf = import_slim(), import_tensorflow().compat.v1\n"
        "with tf.Graph().as_default():\n"
        "    layer = slim.conv2d(tf.placeholder(tf.float32, [1, 8, 8, 3]), 5, [3, 3])\n"
        "print(layer.shape, slim.nets.inception_v1.inception_v1.default_image_size)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "default", "-c", program],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.stdout == "(1, 8, 8, 5) 224\n", ran.stderr


def test_a_second_import_is_the_first() -> None:
    assert import_slim() is import_slim()
