"""Classes and scores of pictures, by a loaded model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.errors import DataError, PictureError
from tasks.serving.saved_model import RefusedInputError, SavedModel
from tasks.serving.signature import DEFAULT_SIGNATURE

FloatArray = npt.NDArray[np.float32]

HEATMAP = "heatmap"
_INPUT = "image_bytes"
_OUTPUTS = ("prediction", "scores", "classes")


@dataclass(frozen=True)
class Answer:
    """A model's answer about one picture.

    Attributes:
        prediction: label of the class with the highest score.
        classes: names of all classes, by label.
        scores: of all classes, ``[classes]``, between 0 and 1.
        heatmap: class activation map, ``[height, width, classes]``; None if it was not asked for
            or the model has none.
    """

    prediction: int
    classes: tuple[str, ...]
    scores: FloatArray
    heatmap: FloatArray | None = None

    def ranking(self, top: int | None = None) -> list[tuple[str, float]]:
        """Return names and scores, the highest score first.

        Args:
            top: how many; by default all.
        """
        order = np.argsort(-self.scores, kind="stable")[:top]
        return [(self.classes[i], _shortest(self.scores[i])) for i in order]


class Classifier:
    """A model that is asked about pictures.

    Args:
        model: with the signatures of an export.

    Raises:
        DataError: it has no signature that takes pictures.
    """

    def __init__(self, model: SavedModel) -> None:
        self.model = model
        signature = model.signatures.get(DEFAULT_SIGNATURE)
        if not signature or _INPUT not in signature.inputs or _missing(signature.outputs):
            raise DataError(
                f"{model.folder} has no signature {DEFAULT_SIGNATURE!r} with the input {_INPUT!r} "
                f"and the outputs {', '.join(_OUTPUTS)}: expected a SavedModel of export_model"
            )

    @property
    def has_heatmap(self) -> bool:
        """True if the model has class activation maps."""
        return HEATMAP in self.model.signatures

    def classify(
        self, pictures: Sequence[bytes], *, heatmap: bool = False
    ) -> list[Answer | PictureError]:
        """Return an answer for every picture, or the error of one that does not decode.

        Args:
            pictures: of ``tasks.serving.picture.ready``.
            heatmap: if True, answers have class activation maps.
        """
        if not pictures:
            return []
        try:
            return list(self._answers(pictures, heatmap=heatmap and self.has_heatmap))
        except RefusedInputError as error:
            if len(pictures) == 1:
                return [PictureError(f"does not decode: {error}")]
        return [found for one in pictures for found in self.classify([one], heatmap=heatmap)]

    def _answers(self, pictures: Sequence[bytes], *, heatmap: bool) -> list[Answer]:
        batch: Any = np.array(pictures, object)
        inputs = dict.fromkeys(self.model.signatures[DEFAULT_SIGNATURE].inputs, batch)
        found = self.model.run(DEFAULT_SIGNATURE, inputs, _OUTPUTS)
        maps = self._maps(batch) if heatmap else [None] * len(pictures)
        return [
            Answer(int(prediction), tuple(name.decode() for name in classes), scores, one)
            for prediction, classes, scores, one in zip(
                found["prediction"], found["classes"], found["scores"], maps, strict=True
            )
        ]

    def _maps(self, batch: Any) -> Any:
        return self.model.run(HEATMAP, {_INPUT: batch}, [HEATMAP])[HEATMAP]


def _missing(outputs: Any) -> bool:
    return any(name not in outputs for name in _OUTPUTS)


def _shortest(score: np.float32) -> float:
    """Return the number with the fewest digits that stands for the same float32.

    >>> _shortest(np.float32(0.1))
    0.1
    """
    return float(str(score))
