"""Training: the Spark job from features to a trained head."""
