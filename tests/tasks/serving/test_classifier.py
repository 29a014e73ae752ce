from pathlib import Path

import numpy as np
import pytest

from support.serving import picture
from support.tiny_saved_model import COLOURS
from tasks.errors import DataError, PictureError
from tasks.serving.classifier import Answer, Classifier, errors_of
from tasks.serving.region import Region
from tasks.serving.saved_model import SavedModel


def test_answers_are_in_order(classifier: Classifier) -> None:
    found = classifier.classify([picture(colour) for colour in ("blue", "red")])
    assert [one.ranking(1)[0][0] for one in found if isinstance(one, Answer)] == ["blue", "red"]
    (first, _) = found
    assert isinstance(first, Answer)
    assert first.classes == COLOURS
    assert first.prediction == 2
    assert first.heatmap is None
    assert float(first.scores.sum()) == pytest.approx(1, abs=1e-6)
    assert classifier.classify([]) == []


def test_a_bad_picture_has_an_error_and_the_others_answers(classifier: Classifier) -> None:
    good, bad = picture("red"), b"\xff\xd8\xff nope"
    first, second, third = classifier.classify([good, bad, good])
    assert isinstance(first, Answer)
    assert isinstance(third, Answer)
    assert isinstance(second, PictureError)
    assert str(second).startswith("does not decode: ")


def test_heat_maps(classifier: Classifier) -> None:
    (found,) = classifier.classify([picture("red")], heatmap=True)
    assert isinstance(found, Answer)
    assert found.map_of("red").shape == (4, 4)
    assert found.map_of("red").min() > found.map_of("blue").max()
    assert found.region == Region(0, 0.25, 1, 0.5)


def test_an_error_of_the_graph_is_the_pictures(classifier: Classifier) -> None:
    good, bad = classifier.classify([picture("red"), b"GIF89a"], heatmap=True)
    assert isinstance(good, Answer)
    assert str(bad) == "expected a JPEG"
    outputs = {"error": np.array([b"", b"it is damaged"], object)}
    assert errors_of(outputs) == {1: "it is damaged"}
    assert errors_of({}) == {}


def test_an_answer_without_maps() -> None:
    answer = Answer(1, ("a", "b"), np.array([0.1, 0.9], np.float32))
    assert answer.ranking() == [("b", 0.9), ("a", 0.1)]
    with pytest.raises(DataError, match="the model has no class activation maps"):
        answer.map_of("a")


def test_another_saved_model_is_refused(tmp_path: Path) -> None:
    from tasks.networks.tensorflow import import_tensorflow

    tf = import_tensorflow()
    module = tf.Module()
    spec = tf.TensorSpec([None], tf.float32)
    half = tf.function(lambda x: {"y": x / 2}, input_signature=[spec])
    tf.saved_model.save(module, str(tmp_path), half)
    with pytest.raises(DataError, match=r"has no signature 'serving_default' with the input 'im"):
        Classifier(SavedModel(tmp_path))
