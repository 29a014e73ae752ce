"""Loader of a Graft model for ``mlflow.pyfunc.load_model``; MLflow keeps a copy with the model.

It needs TensorFlow, NumPy and pandas, and nothing of Graft.
"""

from pathlib import Path
from typing import Any


class PictureClassifier:
    """A TensorFlow SavedModel that takes pictures' files in a data frame.

    Args:
        saved_model: as TensorFlow loads it.
    """

    def __init__(self, saved_model: Any) -> None:
        self._saved_model = saved_model

    def predict(self, frame: Any, params: dict[str, Any] | None = None) -> Any:  # noqa: ARG002 - MLflow's interface
        """Return a data frame of ``prediction``, ``class``, ``scores`` and ``error``, a row each.

        Args:
            frame: a pandas data frame; ``image_bytes`` has the content of a picture's file.
            params: none are known.
        """
        import pandas as pd
        import tensorflow as tf

        files = [bytes(each) for each in frame["image_bytes"]]
        answer = self._saved_model.signatures["serving_default"](
            image_bytes=tf.constant(files, tf.string, [len(files)]),
            key=tf.constant([""] * len(files), tf.string, [len(files)]),
        )
        found = {name: tensor.numpy() for name, tensor in answer.items()}
        labels = zip(found["prediction"], found["classes"], strict=True)
        return pd.DataFrame(
            {
                "prediction": found["prediction"],
                # A picture without an answer has the label -1.
                "class": [names[label].decode() if label >= 0 else "" for label, names in labels],
                "scores": found["scores"].astype("float64").tolist(),
                "error": [text.decode() for text in found["error"]],
            },
            index=frame.index,
        )


def _load_pyfunc(path: str) -> PictureClassifier:
    """Return the model in a folder; MLflow calls this."""
    import tensorflow as tf

    return PictureClassifier(tf.saved_model.load(str(Path(path))))
