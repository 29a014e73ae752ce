"""Gives dumps a ``model.bin`` with one variable of the checkpoint shifted."""

import sys
from pathlib import Path

import numpy as np

from tasks.networks.checkpoint_reader import read_weights
from tasks.networks.inception import INCEPTION_V1
from tasks.spark.jvm import save_tensors

SHIFTED = "InceptionV1/Mixed_4c/Branch_1/Conv2d_0b_3x3/BatchNorm/beta"

_, checkpoint, *dumps = sys.argv
weights = dict(read_weights(Path(checkpoint), INCEPTION_V1))
weights[SHIFTED] = weights[SHIFTED] + np.float32(0.05)
for dump in dumps:
    tensors = Path(dump, "model.bin")
    tensors.unlink()
    save_tensors(weights, tensors)
