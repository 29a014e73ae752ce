"""Requests for predictions: checked, run in batches and answered, away from the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from tasks.errors import PictureError
from tasks.serving.batching import Batcher, Bounds, QueueFullError, Request, Tensors
from tasks.serving.classifier import errors_of
from tasks.serving.errors import BusyError, RequestError
from tasks.serving.json_request import PredictRequest, format_answer, parse_request
from tasks.serving.limits import Limits
from tasks.serving.metrics import Metrics
from tasks.serving.picture import ready
from tasks.serving.saved_model import RefusedInputError, SavedModel
from tasks.serving.served import ServedModel
from tasks.serving.signature import Array
from tasks.storage.parallel import cores

Result = TypeVar("Result")

PICTURES = "image_bytes"
_MOST_NAMED = 10


@dataclass(frozen=True)
class Checked:
    """A request whose pictures are ready.

    Attributes:
        request: for the model.
        parsed: the request as it came.
    """

    request: Request
    parsed: PredictRequest


class Answering:
    """Answers requests with one model or another.

    Args:
        limits: of requests.
        metrics: are counted.
    """

    def __init__(self, limits: Limits, metrics: Metrics) -> None:
        self.limits = limits
        self.metrics = metrics
        bounds = Bounds(waiting=limits.waiting)
        self.batcher = Batcher(1, bounds, metrics.batches.observe)
        self._threads = ThreadPoolExecutor(2 * cores(), "requests")

    def close(self) -> None:
        """End all threads; what waits is answered first."""
        self.batcher.close()
        self._threads.shutdown()

    async def predict(self, body: bytes, model: ServedModel) -> bytes:
        """Return the body of the answer to a request of TensorFlow Serving's REST API.

        Raises:
            RequestError: it is not such a request, a picture is bad, or there is too much to do.
        """
        checked = await self.in_thread(lambda: self._check(body, model))
        outputs = await self.run(checked.request)
        if PICTURES in checked.parsed.inputs and (errors := errors_of(outputs)):
            raise RequestError(_listed([_told(checked.parsed, *one) for one in errors.items()]))
        return await self.in_thread(lambda: format_answer(outputs, in_rows=checked.parsed.in_rows))

    async def run(self, request: Request) -> Tensors:
        """Return the outputs of a request.

        Raises:
            RequestError: the model refuses it, or too many wait.
        """
        try:
            return await asyncio.wrap_future(self._submit(request))
        except RefusedInputError as error:
            raise RequestError(f"the model refuses the values: {error}") from None

    async def in_thread(self, work: Callable[[], Result]) -> Result:
        """Return what some work in a thread returns."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def prepare(self, data: bytes, model: SavedModel) -> tuple[bytes, tuple[int, int]]:
        """Return a picture as a model decodes it, and its width and height.

        Raises:
            PictureError: it is bad.
        """
        try:
            picture = ready(data, self.limits.pixels, model.max_side)
        except PictureError:
            self.metrics.pictures.add(result="refused")
            raise
        self.metrics.pictures.add(result="ok")
        return picture.data, (picture.width, picture.height)

    def _submit(self, request: Request) -> "Future[Tensors]":
        try:
            return self.batcher.submit(request)
        except QueueFullError as error:
            raise BusyError(str(error)) from None

    def _check(self, body: bytes, model: ServedModel) -> Checked:
        parsed = parse_request(body, model.model.signatures)
        rows = parsed.rows
        pictures = parsed.inputs.get(PICTURES)
        if rows is None and pictures is not None:
            raise RequestError(_sizes(parsed))
        for value in parsed.inputs.values():
            if value.ndim and value.shape[0] > self.limits.pictures:
                raise RequestError(
                    f"the request has {value.shape[0]:,} pictures or rows, expected at most "
                    f"{self.limits.pictures:,}",
                    413,
                )
        pixels = self._prepare_all(parsed, model.model)
        request = Request(
            model.model.run,
            parsed.signature.name,
            parsed.inputs,
            rows=rows or 1,
            pixels=pixels,
            alone=rows is None or not parsed.signature.takes_batches,
        )
        return Checked(request, parsed)

    def _prepare_all(self, parsed: PredictRequest, model: SavedModel) -> int:
        """Replace pictures by ready ones, and return their pixels together."""
        pictures = parsed.inputs.get(PICTURES)
        if pictures is None or pictures.dtype != object or pictures.ndim != 1:
            return 0
        total, bad = 0, []
        prepared = np.empty(len(pictures), object)
        for number, data in enumerate(pictures):
            try:
                prepared[number], (width, height) = self.prepare(data, model)
                total += width * height
            except PictureError as error:
                bad.append(_told(parsed, number, str(error)))
        if bad:
            raise RequestError(_listed(bad))
        parsed.inputs[PICTURES] = prepared
        return total


def _sizes(parsed: PredictRequest) -> str:
    sizes = [str(value.shape[0]) if value.ndim else "no" for value in parsed.inputs.values()]
    return f"{' and '.join(parsed.inputs)} have {' and '.join(sizes)} rows, expected as many"


def _told(parsed: PredictRequest, number: int, error: str) -> str:
    """Return what is wrong with one picture of a request, with its number and its key."""
    key = parsed.inputs.get("key")
    where = "instances" if parsed.in_rows else PICTURES
    named = ""
    if key is not None and number < len(key) and key[number]:
        named = f" (key {_text(key)[number]!r})"
    return f"picture {number} of '{where}'{named} {error}"


def _text(key: Array) -> list[str]:
    return [one.decode("utf-8", "replace")[:100] for one in key]


def _listed(bad: list[str]) -> str:
    more = len(bad) - _MOST_NAMED
    return "; ".join(bad[:_MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
