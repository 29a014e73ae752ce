"""Data sets: archives in, checked TFRecord shards out."""
