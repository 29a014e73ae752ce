"""Networks of one's own: a frozen graph, a SavedModel or a Keras file becomes a network."""
