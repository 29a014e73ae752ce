"""A frozen graph, a ``GraphDef`` in a ``.pb``, as a model."""

from tasks.model_files.given import Given
from tasks.model_files.operations import check_names
from tasks.model_files.recognise import Model


def load_frozen_graph(model: Model) -> Given:
    """Return the graph of a model.

    Raises:
        DataError: it has operations that no model may have.
    """
    check_names(model.name, model.definition)
    return Given(model.name, model.definition)
