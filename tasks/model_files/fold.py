"""Folding of what does not depend on the picture, and of factors and shifts of channels.

Keras 3 writes a batch normalisation as products and sums of constants. Grappler, TensorFlow's own
optimiser, computes those constants; the factor of every channel is then multiplied into the
convolution before it, and the shift becomes a bias, as with any batch normalisation (Ioffe and
Szegedy, https://arxiv.org/abs/1502.03167, section 3.1).
"""

from typing import Any

from tasks.errors import DataError
from tasks.model_files.channels import fold_channels
from tasks.model_files.cut import FEATURE
from tasks.networks.tensorflow import import_tensorflow

# Not arithmetic: it joins sums with biases, which hides both from the bigdl engine; and not
# remapping, whose joined operations only TensorFlow has.
_PASSES = ("function", "constfold", "dependency")


def fold(name: str, definition: Any) -> Any:
    """Return the same graph with constants computed and channels' factors in the convolutions.

    Args:
        name: of the model, for the message.
        definition: ``Part.definition``.

    Raises:
        DataError: TensorFlow does not take the graph.
    """
    return fold_channels(_optimise(name, definition))


def _optimise(name: str, definition: Any) -> Any:
    from tensorflow.core.protobuf import rewriter_config_pb2
    from tensorflow.python.grappler import tf_optimizer

    tf = import_tensorflow()
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(definition, name="")
        meta = tf.compat.v1.train.export_meta_graph(graph=graph)
    meta.collection_def["train_op"].node_list.value.append(FEATURE)
    config = tf.compat.v1.ConfigProto()
    rewrite = config.graph_options.rewrite_options
    rewrite.min_graph_nodes = -1
    rewrite.optimizers.extend(_PASSES)
    rewrite.meta_optimizer_iterations = rewriter_config_pb2.RewriterConfig.TWO
    rewrite.fail_on_optimizer_errors = True
    try:
        found = tf_optimizer.OptimizeGraph(config, meta)
    except Exception as error:  # TensorFlow raises many classes for graphs that it cannot run.
        reason = str(error).splitlines()[0]
        raise DataError(f"{name}: TensorFlow cannot fold its graph: {reason}") from error
    with tf.Graph().as_default() as graph:
        tf.import_graph_def(found, name="")
        return graph.as_graph_def()
