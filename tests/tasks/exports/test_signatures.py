"""Every signature of an export of the tiny network, called as clients call it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.plain_slim import FloatArray
from tasks.dumps.description import FROZEN, read_dump
from tasks.exports import inputs
from tasks.exports.classifier import NO_PREDICTION, make_classifier
from tasks.exports.signatures import signatures
from tasks.models.head import Head, softmax
from tasks.networks.preprocessing import decode
from tasks.networks.tensorflow import import_tensorflow

Call = Callable[..., dict[str, Any]]
# The same nodes in the same TensorFlow; sums may be taken in another order.
assert_scores = partial(np.testing.assert_allclose, rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def wanted(frozen_features: FloatArray, tiny_head: Head) -> FloatArray:
    """Content of predictions.parquet for these records with the tensorflow engine."""
    return softmax(tiny_head.logits(frozen_features))


def test_a_batch_has_the_scores_of_the_predictions(
    ask: Call, jpegs: list[bytes], wanted: FloatArray
) -> None:
    answer = ask(*jpegs)
    assert_scores(answer["scores"], wanted)
    np.testing.assert_array_equal(answer["prediction"], wanted.argmax(axis=1))
    assert len(set(answer["prediction"])) > 1
    assert answer["classes"].tolist() == [[b"stripes", b"spots"]] * len(jpegs)
    assert answer["key"].tolist() == [b"key %d" % number for number in range(len(jpegs))]
    assert answer["error"].tolist() == [b""] * len(jpegs)
    assert (answer["prediction"].dtype, answer["scores"].dtype) == (np.int64, np.float32)


def test_one_picture_is_answered_as_in_a_batch(
    ask: Call, jpegs: list[bytes], wanted: FloatArray
) -> None:
    assert_scores(ask(jpegs[3])["scores"], wanted[3:4])


def test_the_same_call_has_the_same_answer(ask: Call, jpegs: list[bytes]) -> None:
    first, second = ask(*jpegs), ask(*jpegs)
    np.testing.assert_array_equal(first["scores"], second["scores"])


def test_a_bad_picture_has_an_error_and_the_others_an_answer(
    ask: Call, jpegs: list[bytes], wanted: FloatArray
) -> None:
    answer = ask(jpegs[0], b"no picture", jpegs[1][:-200], b"", jpegs[2])
    assert [text.decode() for text in answer["error"]] == [
        "",
        inputs.NO_PICTURE,
        inputs.DAMAGED,
        inputs.NO_PICTURE,
        "",
    ]
    assert (answer["prediction"] == NO_PREDICTION).tolist() == [False, True, True, True, False]
    assert_scores(answer["scores"][[0, 4]], wanted[[0, 2]])
    assert not answer["scores"][1:4].any()


def test_a_batch_of_bad_pictures_only(ask: Call) -> None:
    assert ask(b"x")["error"].tolist() == [inputs.NO_PICTURE.encode()]


def test_features(ask: Call, jpegs: list[bytes], frozen_features: FloatArray) -> None:
    answer = ask(*jpegs, b"no picture", signature="features")
    np.testing.assert_allclose(answer["features"][:-1], frozen_features, rtol=1e-5, atol=1e-5)
    assert not answer["features"][-1].any()
    assert answer["error"][-1].decode() == inputs.NO_PICTURE


def test_decoded_pictures(loaded: Any, jpegs: list[bytes], wanted: FloatArray) -> None:
    tf = import_tensorflow()
    pixels = tf.cast(decode(jpegs[0]), tf.float32)
    # Within half a level of the pixel, as after a client's own arithmetic; the third is damaged.
    three = tf.stack([pixels, pixels + 0.4 * (1 - pixels / 255), pixels * float("nan")])
    answer = loaded.signatures["images"](images=three)
    assert_scores(answer["scores"][:2], wanted[[0, 0]])
    assert answer["prediction"].numpy()[2] == NO_PREDICTION
    assert [text.decode() for text in answer["error"].numpy()] == ["", "", inputs.NO_NUMBERS]


def test_the_mean_of_a_class_activation_map_plus_the_bias_is_the_logit(
    ask: Call, jpegs: list[bytes], frozen_features: FloatArray, tiny_head: Head
) -> None:
    answer = ask(*jpegs, signature="heatmap")
    logits = answer["heatmaps"].mean(axis=(1, 2)) + tiny_head.bias
    # Sums of ten by ten places in float32.
    np.testing.assert_allclose(logits, tiny_head.logits(frozen_features), rtol=1e-4, atol=1e-4)
    assert answer["heatmaps"].shape == (len(jpegs), 10, 10, 2)
    for one, maps, label in zip(
        answer["heatmap"], answer["heatmaps"], answer["prediction"], strict=True
    ):
        np.testing.assert_array_equal(one, maps[..., label])
    assert answer["region"].tolist() == [[0, 0, 1, 1]] * len(jpegs)


def test_a_bad_picture_has_no_map(ask: Call, jpegs: list[bytes]) -> None:
    answer = ask(jpegs[0], b"no picture", signature="heatmap")
    assert answer["heatmaps"][0].any()
    assert not answer["heatmaps"][1].any()
    assert not answer["region"][1].any()


def test_a_network_without_a_last_map_and_classes_of_any_script(
    tiny_dump: Path, tiny_head: Head, jpegs: list[bytes]
) -> None:
    """As of VGG, whose features are rectified, not averaged."""
    tf = import_tensorflow()
    definition = tf.compat.v1.GraphDef()
    definition.ParseFromString((tiny_dump / FROZEN).read_bytes())
    last = definition.node.add(name="fc7", op="Relu", input=["feature"])
    last.attr["T"].type = tf.float32.as_datatype_enum
    dump = read_dump(tiny_dump)
    nodes, names = replace(dump.nodes, feature="fc7"), ("Gänseblümchen", "花")
    classifier = make_classifier(
        definition, replace(dump, nodes=nodes, class_names=names), tiny_head
    )
    found = signatures(classifier)
    assert set(found) == {"serving_default", "images", "features"}
    answer = found["serving_default"](tf.constant(jpegs[:1]), tf.constant(["a"]))
    assert [name.decode() for name in answer["classes"].numpy()[0]] == list(names)


def test_a_session_runs_it_as_tensorflow_serving_does(
    tiny_export: Path, jpegs: list[bytes], wanted: FloatArray
) -> None:
    tf = import_tensorflow().compat.v1
    with tf.Graph().as_default(), tf.Session() as session:
        model = tf.saved_model.load(session, ["serve"], str(tiny_export / "1"))
        signature = model.signature_def["serving_default"]
        assert signature.method_name == "tensorflow/serving/predict"
        feeds = {
            signature.inputs["image_bytes"].name: [jpegs[0], b"no picture"],
            signature.inputs["key"].name: ["a", "b"],
        }
        outputs = {name: tensor.name for name, tensor in signature.outputs.items()}
        answer = session.run(outputs, feeds)
    assert_scores(answer["scores"][:1], wanted[:1])
    assert answer["error"].tolist() == [b"", inputs.NO_PICTURE.encode()]
