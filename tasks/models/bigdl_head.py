"""The head as a BigDL model: ``Squeeze``, ``Linear``."""

from typing import Any


def new_model(
    spark: Any, *, class_count: int, feature_size: int, seed: int, l2: float = 0.0
) -> Any:
    """Return an untrained ``Squeeze``, ``Linear(feature_size, class_count)``.

    Args:
        spark: the Spark context.
        class_count: outputs of the linear layer.
        feature_size: its inputs; the model takes ``[records, feature_size, 1, 1]`` or any other
            place of the ones.
        seed: of BigDL's random numbers, from which the weights are drawn.
        l2: a training adds ``l2`` times the weight, but not the bias, to the gradient.
    """
    from bigdl.dllib.nn.layer import Linear, Sequential
    from bigdl.dllib.optim.optimizer import L2Regularizer
    from bigdl.dllib.utils.common import RNG

    RNG().set_seed(seed)
    penalty = L2Regularizer(l2) if l2 else None
    linear = Linear(feature_size, class_count, wRegularizer=penalty).set_name("head")
    return Sequential().add(_squeeze(spark._jvm)).add(linear)


def _squeeze(jvm: Any) -> Any:
    """Return a Squeeze of all dimensions but the batch's; BigDL's Python side cannot make one."""
    from bigdl.dllib.nn.layer import Layer

    numeric = "com.intel.analytics.bigdl.dllib.tensor.TensorNumericMath$TensorNumeric$NumericFloat$"
    as_float = jvm.java.lang.Class.forName(numeric).getField("MODULE$").get(None)
    squeeze = jvm.com.intel.analytics.bigdl.dllib.nn.Squeeze
    return Layer.of(squeeze(None, True, jvm.scala.reflect.ClassTag.Float(), as_float))
