"""Runs Graft: the command ``graft``, and the services of ``docker-compose.yml``."""
