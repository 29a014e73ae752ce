"""The head as a BigDL model: ``Squeeze``, ``Linear``."""

from typing import Any


def new_model(context: Any, class_count: int, feature_size: int, seed: int) -> Any:
    """Return an untrained ``Squeeze``, ``Linear(feature_size, class_count)``."""
    from bigdl.dllib.nn.layer import Linear, Sequential
    from bigdl.dllib.utils.common import RNG

    RNG().set_seed(seed)
    linear = Linear(feature_size, class_count).set_name("head")
    return Sequential().add(_squeeze(context._jvm)).add(linear)


def _squeeze(jvm: Any) -> Any:
    """Return a Squeeze of all dimensions but the batch's, which BigDL's Python side cannot make."""
    from bigdl.dllib.nn.layer import Layer

    numeric = "com.intel.analytics.bigdl.dllib.tensor.TensorNumericMath$TensorNumeric$NumericFloat$"
    as_float = jvm.java.lang.Class.forName(numeric).getField("MODULE$").get(None)
    squeeze = jvm.com.intel.analytics.bigdl.dllib.nn.Squeeze
    return Layer.of(squeeze(None, True, jvm.scala.reflect.ClassTag.Float(), as_float))
