from collections.abc import Callable
from functools import partial

import pytest

from support.serving import picture
from support.tiny_saved_model import COLOURS
from tasks.errors import PictureError
from tasks.serving.classifier import Classifier
from tasks.serving.predict import predict
from tasks.serving.sources import Source


def source(name: str, data: bytes) -> Source:
    return Source(name, lambda: data)


def test_results_are_in_order_over_several_batches(classifier: Classifier) -> None:
    pictures = {colour: picture(colour) for colour in COLOURS}
    wanted = [COLOURS[number % 3] for number in range(40)]
    sources = [source(f"{n}", pictures[colour]) for n, colour in enumerate(wanted)]
    found = list(predict(classifier, iter(sources)))
    assert [one.name for one in found] == [str(number) for number in range(40)]
    assert [one.answer.ranking(1)[0][0] for one in found if one.answer] == wanted
    assert {one.picture for one in found} == {None}


def test_bad_pictures_are_named_and_the_rest_goes_on(classifier: Classifier) -> None:
    def away() -> bytes:
        raise PictureError("is not there")

    good = picture("red", "PNG")
    sources = [
        source("good", good),
        Source("away", away),
        source("none", b"x"),
        source("cut", good[:-30]),
        source("last", good),
    ]
    found = list(predict(classifier, sources, heatmap=True))
    errors = {one.name: one.error for one in found if one.error}
    assert list(errors) == ["away", "none", "cut"]
    assert errors["away"] == "is not there"
    assert str(errors["cut"]).startswith("is a damaged PNG")
    assert [one.answer is not None for one in found] == [True, False, False, False, True]
    assert found[0].picture is not None
    assert found[0].answer is not None
    assert found[0].answer.heatmap is not None


def test_large_pictures_do_not_share_a_batch(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    classify: Callable[..., object] = partial(Classifier.classify, classifier)

    def counted(pictures: list[bytes], *, heatmap: bool) -> object:
        seen.append(len(pictures))
        return classify(pictures, heatmap=heatmap)

    monkeypatch.setattr(classifier, "classify", counted)
    monkeypatch.setattr("tasks.serving.predict._MOST_PIXELS", 1300)
    # 600 pixels each: two of them are within the bound.
    found = list(predict(classifier, [source("x", picture("red"))] * 5))
    assert len(found) == 5
    assert seen == [2, 2, 1]


def test_a_picture_is_scaled_down_as_it_was_for_training(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classifier.model, "max_side", 15)
    (found,) = predict(classifier, [source("red", picture("red"))], heatmap=True)
    assert found.picture is not None
    assert (found.picture.width, found.picture.height) == (15, 10)
