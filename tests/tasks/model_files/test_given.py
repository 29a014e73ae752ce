import numpy as np

from tasks.model_files.given import frozen
from tasks.networks.tensorflow import import_tensorflow


def test_variables_become_constants() -> None:
    tf = import_tensorflow()
    factor = tf.Variable([2.0, 3.0])
    function = tf.function(lambda x: x * factor)
    found = frozen("m", function.get_concrete_function(tf.TensorSpec([2], tf.float32)))
    assert found.name == "m"
    operations = {node.op for node in found.definition.node}
    assert not operations & {"VarHandleOp", "ReadVariableOp"}
    values = [n.attr["value"].tensor for n in found.definition.node if n.op == "Const"]
    assert any(np.array_equal(tf.make_ndarray(value), [2, 3]) for value in values)
