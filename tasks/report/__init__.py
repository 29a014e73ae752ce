"""The report of a run: one HTML page that stands on its own, made from what the run left."""
