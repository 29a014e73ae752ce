from types import SimpleNamespace

import pytest

from tasks.errors import UnsupportedGraphError
from tasks.serving.saved_model import SavedModel
from tasks.serving.signature import TensorSpec, read_signatures


def test_signatures_of_a_saved_model(loaded: SavedModel) -> None:
    assert list(loaded.signatures) == ["features", "heatmap", "images", "serving_default"]
    default = loaded.signatures["serving_default"]
    assert list(default.inputs) == ["image_bytes", "key"]
    assert list(default.outputs) == ["classes", "error", "key", "prediction", "scores"]
    assert default.inputs["image_bytes"].is_bytes
    assert default.outputs["scores"].shape == (-1, 3)
    assert default.takes_batches


def test_a_shape_fits_where_open_dimensions_are() -> None:
    spec = TensorSpec("x:0", 1, (-1, 3))
    assert spec.accepts((7, 3))
    assert not spec.accepts((7, 4))
    assert not spec.accepts((3,))
    assert TensorSpec("x:0", 1, None).accepts((1, 2, 3))


def test_a_type_without_a_value_in_json_is_refused() -> None:
    info = SimpleNamespace(name="x:0", dtype=8)
    definition = SimpleNamespace(inputs={"x": info}, outputs={}, method_name="predict")
    with pytest.raises(UnsupportedGraphError, match=r"'s' has a tensor 'x' of TensorFlow's type"):
        read_signatures({"s": definition})
