"""Export of the trained head: BigDL's own format and plain arrays."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tasks.models.bigdl_head import new_model
from tasks.models.head import Head
from tasks.spark.bigdl import quiet
from tasks.spark.errors import user_errors
from tasks.storage.proof import require_whole

ARRAYS = "head.npz"
BIGDL = "head.bigdl"


def export_head(spark: Any, head: Head, class_names: Sequence[str], folder: Path) -> None:
    """Write ``head.npz`` and ``head.bigdl`` into ``folder``; both take raw features."""
    np.savez(folder / ARRAYS, weight=head.weight, bias=head.bias, class_names=np.array(class_names))
    with quiet(), user_errors():
        class_count, feature_size = head.weight.shape
        model = new_model(spark, class_count=class_count, feature_size=feature_size, seed=0)
        model.set_weights([head.weight, head.bias])
        model.saveModel(str(folder / BIGDL), over_write=True)


def load_head(path: Path) -> tuple[Head, list[str]]:
    """Return the head in a model's ``head.npz`` and the class names in label order.

    Raises:
        DataError: the file was changed after it was made.
    """
    require_whole(path.parent, [path.name])
    with np.load(path) as arrays:
        return Head(arrays["weight"], arrays["bias"]), [str(n) for n in arrays["class_names"]]
