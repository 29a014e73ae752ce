"""Download: files from http(s) and from whatever fsspec knows."""
