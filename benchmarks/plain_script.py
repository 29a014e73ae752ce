"""The script that the job is compared with: one TensorFlow process, tf.data and scikit-learn.

It reads the same shards, decodes and scales them like the pipeline, runs the same network with the
same checkpoint, and fits a regularised logistic regression on standardised features.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tasks.datasets.dataset import read_dataset
from tasks.datasets.example import IMAGE_ENCODED, LABEL
from tasks.networks.network import Network
from tasks.networks.preprocessing import decode, preprocess
from tasks.networks.registry import get_network
from tasks.networks.table import NETWORKS
from tasks.networks.tensorflow import import_tensorflow

_BATCH = 32


def features(shards: Sequence[str], network: Network, checkpoint: Path) -> tuple[Any, Any]:
    """Return features ``[n, feature size]`` and labels ``[n]`` of all records."""
    tf = import_tensorflow()
    v1 = tf.compat.v1

    def parse(record: Any) -> tuple[Any, Any]:
        keys = {
            IMAGE_ENCODED: tf.io.FixedLenFeature([], tf.string),
            LABEL: tf.io.FixedLenFeature([], tf.int64),
        }
        example = tf.io.parse_single_example(record, keys)
        image = preprocess(decode(example[IMAGE_ENCODED]), network.preprocessing)
        return image, example[LABEL]

    with tf.Graph().as_default() as graph:
        records = tf.data.TFRecordDataset(list(shards))
        batches = records.map(parse, tf.data.AUTOTUNE).batch(_BATCH).prefetch(2)
        images, labels = v1.data.make_one_shot_iterator(batches).get_next()
        feature, _ = network.build(images)
        saver = v1.train.Saver()
    found = []
    with v1.Session(graph=graph) as session:
        saver.restore(session, str(checkpoint))
        try:
            while True:
                found.append(session.run((feature, labels)))
        except tf.errors.OutOfRangeError:
            pass
    x = np.concatenate([batch.reshape(len(batch), -1) for batch, _ in found])
    return x, np.concatenate([batch for _, batch in found])


def main() -> None:
    """Print the accuracy on the validation split."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", type=Path)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--network", choices=list(NETWORKS), required=True)
    options = parser.parse_args()
    splits = read_dataset(options.dataset).splits
    (x, y), (x_validation, y_validation) = (
        features(
            [str(s.path) for s in splits[split].shards],
            get_network(options.network),
            options.checkpoint,
        )
        for split in ("train", "validation")
    )
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=200))
    accuracy = model.fit(x, y).score(x_validation, y_validation)
    sys.stdout.write(f"{accuracy:.4f}\n")


if __name__ == "__main__":
    main()
