"""TensorFlow's forward pass alone, in one process, without reading or decoding pictures.

The network is the plain tf-slim graph with the checkpoint's weights, as in a TensorFlow program.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from tasks.networks.network import Network
from tasks.networks.registry import get_network
from tasks.networks.table import NETWORKS
from tasks.networks.tensorflow import import_tensorflow

_BATCH = 32
_WARM_UP = 3


def forward_rate(network: Network, checkpoint: Path, *, images: int, threads: int) -> float:
    """Return images per second after a warm-up, with ``threads`` threads."""
    tf = import_tensorflow().compat.v1
    shape = [_BATCH, network.image_size, network.image_size, 3]
    batch = np.random.default_rng(0).random(shape, np.float32)
    with tf.Graph().as_default() as graph:
        pictures = tf.placeholder(tf.float32, [None, *shape[1:]])
        feature, _ = network.build(pictures)
        saver = tf.train.Saver()
    config = tf.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=1)
    with tf.Session(graph=graph, config=config) as session:
        saver.restore(session, str(checkpoint))
        for _ in range(_WARM_UP):
            session.run(feature, {pictures: batch})
        rounds = max(images // _BATCH, 1)
        started = time.monotonic()
        for _ in range(rounds):
            session.run(feature, {pictures: batch})
    return rounds * _BATCH / (time.monotonic() - started)


def main() -> None:
    """Print the rate."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--network", choices=list(NETWORKS), required=True)
    parser.add_argument("--images", type=int, default=1024)
    parser.add_argument("--threads", type=int, required=True)
    options = parser.parse_args()
    rate = forward_rate(
        get_network(options.network),
        options.checkpoint,
        images=options.images,
        threads=options.threads,
    )
    sys.stdout.write(f"{rate:.2f}\n")


if __name__ == "__main__":
    main()
