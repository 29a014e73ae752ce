"""MLflow: runs, versions and aliases of Graft as a tracking server has them."""
