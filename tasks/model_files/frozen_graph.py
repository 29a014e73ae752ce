"""A frozen graph, a ``GraphDef`` in a ``.pb``, as a model."""

from tasks.model_files.given import Given
from tasks.model_files.operations import check_names
from tasks.model_files.recognise import Model
from tasks.networks.tensorflow import import_tensorflow


def load_frozen_graph(model: Model) -> Given:
    """Return the graph of a model's file.

    Raises:
        DataError: it has operations that no model may have.
    """
    definition = import_tensorflow().compat.v1.GraphDef.FromString(model.path.read_bytes())
    check_names(model.name, definition)
    return Given(model.name, definition)
