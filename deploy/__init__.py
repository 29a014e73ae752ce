"""What runs Graft's roles somewhere: the services of ``docker-compose.yml``."""
