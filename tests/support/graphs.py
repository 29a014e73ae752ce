"""Graphs of a few nodes, as the messages that ``model.pb`` holds."""

from tasks.networks.tensorflow import import_graph_message


def small_graph(operation: str = "Identity") -> bytes:
    """Return a graph whose feature is one operation on the image batch."""
    graph = import_graph_message()()
    graph.node.add(name="image_batch", op="Placeholder")
    graph.node.add(name="feature", op=operation, input=["image_batch"])
    content: bytes = graph.SerializeToString()
    return content
