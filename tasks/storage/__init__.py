"""Storage: paths, locations, files, archives and content-addressed artefacts."""
