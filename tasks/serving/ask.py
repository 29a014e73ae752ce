"""The answer to a picture as the page shows it: classes by score, and heat maps."""

from dataclasses import asdict
from typing import Any

from tasks.errors import PictureError
from tasks.serving.answering import Answering
from tasks.serving.batching import Request, Tensors
from tasks.serving.classifier import HEATMAP, Answer
from tasks.serving.errors import RequestError
from tasks.serving.region import region_of
from tasks.serving.served import Served, ServedModel
from tasks.serving.signature import DEFAULT_SIGNATURE

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
        jpeg, size = await answering.in_thread(lambda: answering.prepare(body))
    except PictureError as error:
        raise RequestError(f"the picture {error}") from None
    classifier = model.classifier

    async def run(signature: str) -> Tensors:
        inputs = classifier.inputs(signature, [jpeg])
        pixels = size[0] * size[1]
        return await answering.run(Request(model.model.run, signature, inputs, 1, pixels))

    outputs = await run(DEFAULT_SIGNATURE)
    maps = (await run(HEATMAP))[HEATMAP] if classifier.has_heatmap else None
    (answer,) = classifier.answers(outputs, maps)
    width, height = size
    region = asdict(region_of(classifier.preprocessing, width, height))
    return {
        "model": served.name,
        "version": model.found.version,
        "width": width,
        "height": height,
        "classes": [{"name": name, "score": score} for name, score in answer.ranking()],
        "heatmap": None if maps is None else {"region": region, "maps": _maps(answer)},
    }


def _maps(answer: Answer) -> dict[str, Any]:
    """Return the maps of the most probable classes, by name."""
    return {name: answer.map_of(name).round(_DIGITS).tolist() for name, _ in answer.ranking(_MAPS)}
