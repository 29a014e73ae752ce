"""The check of a split's records: parsed, labels in range, counted."""

import logging
import time
from collections.abc import Mapping
from typing import Any

from tasks.datasets.dataset import LABELS
from tasks.datasets.example import IMAGE_ENCODED, LABEL
from tasks.errors import DataError
from tasks.networks.tensorflow import import_tensorflow

logger = logging.getLogger(__name__)

_PROGRESS_SECONDS = 5.0


class RecordCheck:
    """Checks a split's records, counts them and says every few seconds how far it is."""

    def __init__(self, split: str, classes: int) -> None:
        # The generated message class, not TensorFlow: but its package takes seconds to import.
        from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

        import_tensorflow()
        from tensorflow.core.example import example_pb2

        self._parse = example_pb2.Example.FromString
        self._parse_error = DecodeError
        self._split = split
        self._logged = time.monotonic()
        self.class_counts = [0] * classes

    @property
    def total(self) -> int:
        """Records checked so far."""
        return sum(self.class_counts)

    def check(self, shard: str, number: int, payload: bytes) -> None:
        """Check one record and count its class."""
        try:
            features = self._parse(payload).features.feature
            self.class_counts[_label(features, len(self.class_counts))] += 1
        except self._parse_error as error:
            raise DataError(
                f"{shard}: record {number} is not a tf.train.Example: {error}"
            ) from error
        except DataError as error:
            raise DataError(f"{shard}: record {number}: {error}") from None
        if time.monotonic() - self._logged >= _PROGRESS_SECONDS:
            self.log()

    def log(self) -> None:
        """Say how many records were checked."""
        logger.info("%s: checked %s records", self._split, f"{self.total:,}")
        self._logged = time.monotonic()


def _label(features: Mapping[str, Any], classes: int) -> int:
    """Return a record's label once its picture and its label are known to be there."""
    for key in (IMAGE_ENCODED, LABEL):
        if key not in features:
            raise DataError(f"has no feature {key!r}; it has {', '.join(sorted(features))}")
    images = features[IMAGE_ENCODED].bytes_list.value
    if len(images) != 1 or not images[0]:
        sizes = ", ".join(str(len(image)) for image in images[:5])
        raise DataError(f"{IMAGE_ENCODED!r} holds strings of [{sizes}] bytes, expected one picture")
    labels = features[LABEL].int64_list.value
    if len(labels) != 1:
        raise DataError(f"{LABEL!r} holds {len(labels)} integers, expected 1")
    if not 0 <= labels[0] < classes:
        raise DataError(f"{LABEL!r} is {labels[0]}, expected 0 to {classes - 1} as in {LABELS}")
    return int(labels[0])
