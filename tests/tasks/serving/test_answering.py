import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.serving import picture, rows
from tasks.errors import PictureError
from tasks.serving.answering import Answering
from tasks.serving.errors import BusyError, RequestError
from tasks.serving.find_model import FoundModel
from tasks.serving.limits import Limits
from tasks.serving.metrics import Metrics
from tasks.serving.saved_model import RefusedInputError
from tasks.serving.served import ServedModel
from tasks.serving.signature import Array


@pytest.fixture
def answering() -> Iterator[Answering]:
    made = Answering(Limits(waiting=2), Metrics())
    yield made
    made.close()


@pytest.fixture
def model(tiny_model: Path) -> ServedModel:
    return ServedModel(FoundModel(tiny_model, 1))


def body(*pictures: bytes) -> bytes:
    return json.dumps(rows(*pictures)).encode()


def test_requests_at_once_share_batches_and_keep_their_answers(
    answering: Answering, model: ServedModel
) -> None:
    async def ask() -> list[bytes]:
        requests = [body(picture("red")), body(picture("blue"))]
        return list(await asyncio.gather(*(answering.predict(one, model) for one in requests)))

    red, blue = (json.loads(answer)["predictions"][0] for answer in asyncio.run(ask()))
    assert (red["prediction"], blue["prediction"]) == (0, 2)


def test_too_many_wait(answering: Answering, model: ServedModel) -> None:
    going, on = threading.Event(), threading.Event()
    run = model.model.run

    def slow(*arguments: object) -> dict[str, Array]:
        going.set()
        assert on.wait(30)
        return run(*arguments)  # type: ignore[arg-type]  # passed through

    async def ask() -> None:
        model.model.run = slow  # type: ignore[method-assign, assignment]  # of this model alone
        first = asyncio.create_task(answering.predict(body(picture("red")), model))
        await asyncio.to_thread(going.wait, 30)
        others = [
            asyncio.create_task(answering.predict(body(picture("red")), model)) for _ in range(2)
        ]
        while answering.batcher.waiting < 2:
            await asyncio.sleep(0.01)
        with pytest.raises(BusyError, match="2 pictures wait, expected at most 2; try again"):
            await answering.predict(body(picture("red")), model)
        on.set()
        await asyncio.gather(first, *others)

    asyncio.run(ask())


def test_what_the_model_refuses_is_the_clients_mistake(
    answering: Answering, model: ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> dict[str, Array]:
        raise RefusedInputError("Invalid JPEG data")

    monkeypatch.setattr(model.model, "run", refuse)
    with pytest.raises(RequestError, match="the model refuses the values: Invalid JPEG data"):
        asyncio.run(answering.predict(body(picture("red")), model))


def test_what_the_graph_cannot_decode_is_told_with_its_number(
    answering: Answering, model: ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The graph takes JPEGs alone, and so it gets what was not converted.
    monkeypatch.setattr(Answering, "prepare", lambda _, data, __: (data, (1, 1)))
    request = body(picture("red"), b"GIF89a")
    with pytest.raises(
        RequestError, match=r"^picture 1 of 'instances' \(key 'b'\) expected a JPEG"
    ):
        asyncio.run(answering.predict(request, model))


def test_a_picture_is_scaled_down_as_it_was_for_training(
    answering: Answering, model: ServedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model.model, "max_side", 15)
    assert answering.prepare(picture("red"), model.model)[1] == (15, 10)


def test_pictures_are_counted(answering: Answering, model: ServedModel) -> None:
    assert answering.prepare(picture("red"), model.model)[1] == (30, 20)
    with pytest.raises(PictureError, match="is empty"):
        answering.prepare(b"", model.model)
    metrics = answering.metrics.pictures
    assert (metrics.value(result="ok"), metrics.value(result="refused")) == (1, 1)
