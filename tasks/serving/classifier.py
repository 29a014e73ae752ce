"""Classes and scores of pictures, by a loaded model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.datasets.picture import Picture
from tasks.errors import DataError, PictureError
from tasks.networks.recipe import Preprocessing
from tasks.serving.region import Region, region_of
from tasks.serving.saved_model import RefusedInputError, SavedModel
from tasks.serving.signature import DEFAULT_SIGNATURE, Array

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

    def map_of(self, name: str) -> FloatArray:
        """Return the class activation map of one class, ``[height, width]``.

        Raises:
            DataError: the answer has no maps.
        """
        if self.heatmap is None:
            raise DataError("the model has no class activation maps")
        return self.heatmap[..., self.classes.index(name)]

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
        #: Recipe between a picture and the network's input; None if the export does not say.
        self.preprocessing: Preprocessing | None = None
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

    def region(self, picture: Picture) -> Region:
        """Return the part of a picture that the model sees."""
        return region_of(self.preprocessing, picture.width, picture.height)

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
            return [*self._answers(pictures, heatmap=heatmap and self.has_heatmap)]
        except RefusedInputError as error:
            if len(pictures) == 1:
                return [PictureError(f"does not decode: {error}")]
        return [found for one in pictures for found in self.classify([one], heatmap=heatmap)]

    def inputs(self, signature: str, pictures: Sequence[bytes]) -> dict[str, Array]:
        """Return a signature's inputs for pictures; the key of each is empty."""
        empty = np.full(len(pictures), b"", object)
        batch = np.array([*pictures, None], object)[:-1]
        names = self.model.signatures[signature].inputs
        return {name: batch if name == _INPUT else empty for name in names}

    def answers(self, outputs: Mapping[str, Array], maps: Array | None) -> list[Answer]:
        """Return the answers in the outputs of signatures.

        Args:
            outputs: of the default signature.
            maps: of the signature of class activation maps; None if they are not wanted.
        """
        found = zip(*(outputs[name] for name in _OUTPUTS), strict=True)
        return [
            Answer(
                int(prediction),
                tuple(name.decode("utf-8", "replace") for name in classes),
                scores,
                None if maps is None else maps[place],
            )
            for place, (prediction, scores, classes) in enumerate(found)
        ]

    def _answers(self, pictures: Sequence[bytes], *, heatmap: bool) -> list[Answer]:
        inputs = self.inputs(DEFAULT_SIGNATURE, pictures)
        outputs = self.model.run(DEFAULT_SIGNATURE, inputs, _OUTPUTS)
        if not heatmap:
            return self.answers(outputs, None)
        maps = self.model.run(HEATMAP, self.inputs(HEATMAP, pictures), [HEATMAP])[HEATMAP]
        return self.answers(outputs, maps)


def _missing(outputs: Any) -> bool:
    return any(name not in outputs for name in _OUTPUTS)


def _shortest(score: np.float32) -> float:
    """Return the number with the fewest digits that stands for the same float32.

    >>> _shortest(np.float32(0.1))
    0.1
    """
    return float(str(score))
