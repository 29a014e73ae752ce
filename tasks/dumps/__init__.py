"""Dumps: the whole TensorFlow pipeline as files that BigDL reads."""
