"""The answer to a picture as the page shows it: classes by score, and heat maps."""

from dataclasses import asdict
from typing import Any

from tasks.errors import PictureError
from tasks.serving.answering import Answering
from tasks.serving.batching import Request
from tasks.serving.classifier import Answer
from tasks.serving.errors import RequestError
from tasks.serving.served import Served, ServedModel

_MAPS = 5
_DIGITS = 5


async def answer_picture(
    answering: Answering, body: bytes, model: ServedModel, served: Served
) -> dict[str, Any]:
    """Return the answer to a picture, as JSON types.

    Args:
        answering: runs the model.
        body: the picture's file.
        model: that is asked.
        served: has the model's name.

    Raises:
        RequestError: the picture is bad, or there is too much to do.
    """
    try:
        jpeg, size = await answering.in_thread(lambda: answering.prepare(body, model.model))
    except PictureError as error:
        raise RequestError(f"the picture {error}") from None
    classifier, (width, height) = model.classifier, size
    signature = classifier.signature(heatmap=True)
    inputs = classifier.inputs(signature, [jpeg])
    outputs = await answering.run(
        Request(model.model.run, signature, inputs, rows=1, pixels=width * height)
    )
    (answer,) = classifier.answers(outputs)
    if isinstance(answer, PictureError):
        raise RequestError(f"the picture {answer}")
    return {
        "model": served.name,
        "version": model.found.version,
        "width": width,
        "height": height,
        "classes": [{"name": name, "score": score} for name, score in answer.ranking()],
        "heatmap": None
        if answer.heatmap is None
        else {"region": asdict(answer.region), "maps": _maps(answer)},
    }


def _maps(answer: Answer) -> dict[str, Any]:
    """Return the maps of the most probable classes, by name."""
    return {name: answer.map_of(name).round(_DIGITS).tolist() for name, _ in answer.ranking(_MAPS)}
