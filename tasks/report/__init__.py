"""Report of a run: one HTML page without links to other files; and the page of all runs."""
