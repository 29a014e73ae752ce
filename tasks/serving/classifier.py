"""Classes and scores of pictures, by a loaded model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.errors import DataError, PictureError
from tasks.serving.region import WHOLE, Region
from tasks.serving.saved_model import RefusedInputError, SavedModel
from tasks.serving.signature import DEFAULT_SIGNATURE, Array

FloatArray = npt.NDArray[np.float32]

#: Name of the signature of class activation maps.
HEATMAP = "heatmap"
_INPUT = "image_bytes"
_OUTPUTS = ("prediction", "scores", "classes")
_ERROR = "error"
_MAPS, _REGION = "heatmaps", "region"


@dataclass(frozen=True)
class Answer:
    """A model's answer about one picture.

    Attributes:
        prediction: label of the class with the highest score.
        classes: names of all classes, by label.
        scores: of all classes, ``[classes]``, between 0 and 1.
        heatmap: class activation maps, ``[height, width, classes]``; None if they were not asked
            for or the model has none.
        region: the part of the picture that the maps stand for.
    """

    prediction: int
    classes: tuple[str, ...]
    scores: FloatArray
    heatmap: FloatArray | None = None
    region: Region = WHOLE

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
            name = self.signature(heatmap=heatmap)
            return self.answers(self.model.run(name, self.inputs(name, pictures)))
        except RefusedInputError as error:
            if len(pictures) == 1:
                return [PictureError(f"does not decode: {error}")]
        return [found for one in pictures for found in self.classify([one], heatmap=heatmap)]

    def signature(self, *, heatmap: bool) -> str:
        """Return the name of the signature to run, with class activation maps if there are some."""
        return HEATMAP if heatmap and self.has_heatmap else DEFAULT_SIGNATURE

    def inputs(self, signature: str, pictures: Sequence[bytes]) -> dict[str, Array]:
        """Return a signature's inputs for pictures; the key of each is empty."""
        empty = np.full(len(pictures), b"", object)
        batch = np.array([*pictures, None], object)[:-1]
        names = self.model.signatures[signature].inputs
        return {name: batch if name == _INPUT else empty for name in names}

    def answers(self, outputs: Mapping[str, Array]) -> list[Answer | PictureError]:
        """Return the answers, or errors, in the outputs of a signature."""
        errors = errors_of(outputs)
        return [
            PictureError(errors[place]) if place in errors else _answer(outputs, place)
            for place in range(len(outputs["scores"]))
        ]


def errors_of(outputs: Mapping[str, Array]) -> dict[int, str]:
    """Return why pictures have no answer, by their places in a batch."""
    if _ERROR not in outputs:
        return {}
    found = enumerate(outputs[_ERROR].tolist())
    return {place: error.decode("utf-8", "replace") for place, error in found if error}


def _answer(outputs: Mapping[str, Array], place: int) -> Answer:
    names = tuple(name.decode("utf-8", "replace") for name in outputs["classes"][place])
    prediction, scores = int(outputs["prediction"][place]), outputs["scores"][place]
    if _MAPS not in outputs:
        return Answer(prediction, names, scores)
    region = Region.of_edges(outputs[_REGION][place])
    return Answer(prediction, names, scores, outputs[_MAPS][place], region)


def _missing(outputs: Mapping[str, object]) -> bool:
    return any(name not in outputs for name in _OUTPUTS)


def _shortest(score: np.float32) -> float:
    """Return the number with the fewest digits that stands for the same float32.

    >>> _shortest(np.float32(0.1))
    0.1
    """
    return float(str(score))
