"""Networks: how each is built, fed and loaded from a checkpoint."""
