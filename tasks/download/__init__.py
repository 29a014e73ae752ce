"""Download: files from http(s) and from any file system that fsspec knows."""
