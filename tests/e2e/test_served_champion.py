"""The chain from a run of the DAG to an answer: trained, promoted, served, asked, rolled back."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import requests

from support.plain_slim import FloatArray
from support.serving import Server, rows, running_server
from support.shell import Ran, Shell
from support.waits import wait_until
from tasks.datasets.tfrecord import read_records
from tasks.models.predictions import read_predictions
from tasks.networks.tensorflow import import_example
from tasks.registry.champion import champion
from tasks.storage.paths import Home

pytestmark = pytest.mark.e2e

MODEL = "/v1/models/flowers"
#: Between scores by the bigdl engine's features and by the exported graph.
TOLERANCE = 1e-3
#: Longest wait for a promotion to be served: a look at the registry every second, and the load.
SECONDS = 60


@dataclass(frozen=True)
class Picture:
    """A validation record that the first model is sure about.

    Attributes:
        jpeg: its file.
        place: the place of its predictions among all.
    """

    jpeg: bytes
    place: int

    def scores(self, shell: Shell, run_id: str) -> FloatArray:
        """Return what a run's model has said of it, ``[classes]``."""
        scores: FloatArray = read_predictions(shell.model(run_id)).probability[self.place]
        return scores


@dataclass(frozen=True)
class Client:
    """A client that asks about one picture again and again.

    Attributes:
        server: the server.
        request: what it sends.
        answers: all so far: scores, or what went wrong.
    """

    server: Server
    request: dict[str, Any]
    answers: list[FloatArray | str] = field(default_factory=list)

    def ask(self, path: str = MODEL) -> FloatArray:
        """Return the scores that the model behind a path answers."""
        answer = self.server.predict(self.request, path)
        assert answer.ok, answer.text
        return np.array(answer.json()["predictions"][0]["scores"])

    @contextmanager
    def asking(self) -> Iterator[list[FloatArray | str]]:
        """Ask in a thread until the end of the block, with 10 ms between two requests."""
        ended = threading.Event()

        def ask() -> None:
            while not ended.wait(0.01):
                try:
                    self.answers.append(self.ask())
                except (AssertionError, requests.RequestException) as error:
                    self.answers.append(f"{type(error).__name__}: {error}")

        thread = threading.Thread(target=ask)
        thread.start()
        try:
            yield self.answers
        finally:
            ended.set()
            thread.join()

    def version(self) -> str:
        """Return the number of the version that is served."""
        (status,) = self.server.get(MODEL).json()["model_version_status"]
        return str(status["version"])

    def wait_for_version(self, number: int) -> None:
        """Wait until a version is served, and for five answers after that."""
        wait_until(lambda: self.version() == str(number), SECONDS, f"version {number}", every=0.05)
        enough = len(self.answers) + 5
        wait_until(lambda: len(self.answers) >= enough, SECONDS, "answers", every=0.05)


@pytest.fixture(scope="module")
def picture(newcomer: Shell, first: Ran) -> Picture:
    assert first.status == 0, first.output[-5000:]
    predictions = read_predictions(newcomer.model(first.run_id))
    place = int(predictions.probability.max(axis=1).argmax())
    digest = newcomer.metrics(first.run_id)["digests"]["validation"]["dataset"]
    (shard,) = (newcomer.home.datasets / digest).rglob(predictions.shard[place])
    for number, record in enumerate(read_records(shard)):
        if number == predictions.record[place]:
            features = import_example().FromString(record).features.feature
            (jpeg,) = features["image/encoded"].bytes_list.value
            return Picture(jpeg, place)
    raise AssertionError(f"{shard} has no record {predictions.record[place]}")


@pytest.fixture(scope="module")
def client(newcomer: Shell, picture: Picture) -> Iterator[Client]:
    """A client of ``graft serve``, which goes on while the next model is trained."""
    with running_server(newcomer.home) as server:
        server.wait_ready()
        yield Client(server, rows(picture.jpeg))


@pytest.fixture(scope="module")
def worse(newcomer: Shell, client: Client) -> Ran:
    """A run that trains almost nothing, while the first model is served."""
    assert client.version() == "1"
    return newcomer.make_run({"epochs": 1, "learning_rate": 1e-6})


def champion_run(home: Home) -> str:
    now = champion(home)
    assert now is not None
    return now.run_id


def test_the_promoted_model_answers(
    newcomer: Shell, first: Ran, picture: Picture, client: Client
) -> None:
    assert champion_run(newcomer.home) == first.run_id
    assert client.version() == "1"
    expected = picture.scores(newcomer, first.run_id)
    for path in (MODEL, f"{MODEL}/versions/1", f"{MODEL}/labels/champion"):
        np.testing.assert_allclose(client.ask(path), expected, rtol=0, atol=TOLERANCE)


def test_a_worse_model_is_not_promoted(newcomer: Shell, first: Ran, worse: Ran) -> None:
    assert worse.status == 0, worse.output[-5000:]
    assert re.search(
        r"not promoted: version 2, 0\.\d{4} \(95 %: [^)]+\) against 0\.\d{4} \(95 %: [^)]+\) of "
        r"version 1 on the same 60 validation records, McNemar p = \S+: significantly worse",
        worse.output,
    )
    assert champion_run(newcomer.home) == first.run_id
    report = newcomer.home.report(worse.run_id).read_text()
    assert "<strong>Not promoted:</strong> version 2" in report


@pytest.mark.usefixtures("worse")
def test_it_is_not_served(newcomer: Shell, first: Ran, picture: Picture, client: Client) -> None:
    assert client.version() == "1"
    expected = picture.scores(newcomer, first.run_id)
    np.testing.assert_allclose(client.ask(), expected, rtol=0, atol=TOLERANCE)
    answer = client.server.predict(client.request, f"{MODEL}/versions/2")
    assert answer.status_code == 404
    assert answer.json() == {"error": "Servable not found for request: Specific(flowers, 2)"}


def test_a_promotion_by_hand_and_a_roll_back_are_served_and_no_request_fails(
    newcomer: Shell, first: Ran, worse: Ran, picture: Picture, client: Client
) -> None:
    with client.asking() as answers:
        client.wait_for_version(1)
        ran = newcomer("graft", "promote", worse.run_id, "--why", "it trains fast")
        assert ran.output.startswith("version 2 is the champion of flowers: top-1 0.")
        client.wait_for_version(2)
        ran = newcomer("graft", "rollback")
        assert ran.output.startswith("version 1 is the champion of flowers again: top-1 0.")
        client.wait_for_version(1)
    assert [answer for answer in answers if isinstance(answer, str)] == []
    assert champion_run(newcomer.home) == first.run_id
    by_version = [picture.scores(newcomer, run.run_id) for run in (first, worse)]
    # Far enough apart to tell whose an answer is.
    assert np.abs(by_version[0] - by_version[1]).max() > 10 * TOLERANCE
    distances = np.abs(np.stack(answers)[:, None] - np.stack(by_version)).max(axis=2)
    assert distances.min(axis=1).max() < TOLERANCE
    versions = distances.argmin(axis=1) + 1
    changes = versions[np.flatnonzero(np.diff(versions, prepend=0))]
    assert changes.tolist() == [1, 2, 1]
