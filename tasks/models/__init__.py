"""Models: the head, its predictions and its files."""
