"""Answers about many pictures: read, converted and classified on all cores, in order."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from tasks.datasets.picture import Picture
from tasks.errors import GraftError
from tasks.serving.classifier import Answer, Classifier
from tasks.serving.picture import ready
from tasks.serving.sources import Source
from tasks.storage.parallel import in_parallel

_BATCH = 16
# Large pictures go through the graph alone: it holds 24 bytes for each of their pixels.
_MOST_PIXELS = 2**24


@dataclass(frozen=True)
class Result:
    """Outcome of one picture.

    Attributes:
        name: of the picture, as the user knows it.
        answer: the model's; None if there is an error.
        error: why there is no answer, which goes on after the picture's name; else None.
        picture: as the model saw it, if heat maps were asked for.
    """

    name: str
    answer: Answer | None = None
    error: str | None = None
    picture: Picture | None = None


@dataclass(frozen=True)
class _Ready:
    """A picture that is ready for the model."""

    name: str
    picture: Picture

    @property
    def pixels(self) -> int:
        """Number of its pixels."""
        return self.picture.width * self.picture.height


def predict(
    classifier: Classifier, sources: Iterable[Source], *, heatmap: bool = False
) -> Iterator[Result]:
    """Yield the result of every picture, in order and in bounded memory.

    Args:
        classifier: answers.
        sources: the pictures.
        heatmap: if True, answers have class activation maps and results have pictures.
    """
    # The model itself runs on all cores: while it does, another thread reads the next pictures.
    model = threading.Lock()

    def ask(waiting: dict[int, _Ready]) -> dict[int, Result]:
        with model:
            return _classified(classifier, waiting, heatmap=heatmap)

    def work(batch: Sequence[Source]) -> list[Result]:
        return _results(batch, ask, classifier.model.max_side)

    yield from chain.from_iterable(in_parallel(work, _batches(sources), len, 8 * _BATCH))


def _batches(sources: Iterable[Source]) -> Iterator[list[Source]]:
    remaining = iter(sources)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def _results(
    batch: Sequence[Source],
    ask: Callable[[dict[int, _Ready]], dict[int, Result]],
    max_side: int | None,
) -> list[Result]:
    found: dict[int, Result] = {}
    waiting: dict[int, _Ready] = {}
    for place, source in enumerate(batch):
        one = _ready(source, max_side)
        if isinstance(one, Result):
            found[place] = one
            continue
        if waiting and _pixels(waiting) + one.pixels > _MOST_PIXELS:
            found.update(ask(waiting))
            waiting = {}
        waiting[place] = one
    found.update(ask(waiting))
    return [found[place] for place in range(len(batch))]


def _pixels(waiting: dict[int, _Ready]) -> int:
    return sum(one.pixels for one in waiting.values())


def _ready(source: Source, max_side: int | None) -> _Ready | Result:
    try:
        return _Ready(source.name, ready(source.load(), max_side=max_side))
    except GraftError as error:
        return Result(source.name, error=str(error))


def _classified(
    classifier: Classifier, waiting: dict[int, _Ready], *, heatmap: bool
) -> dict[int, Result]:
    answers = classifier.classify([one.picture.data for one in waiting.values()], heatmap=heatmap)
    return {
        place: Result(one.name, error=str(answer))
        if isinstance(answer, GraftError)
        else Result(one.name, answer, picture=one.picture if heatmap else None)
        for (place, one), answer in zip(waiting.items(), answers, strict=True)
    }
