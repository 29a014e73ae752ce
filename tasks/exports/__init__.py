"""Exports: a trained model as a TensorFlow SavedModel, with its model card."""
