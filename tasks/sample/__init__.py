"""The bundled sample: drawn pictures and a random checkpoint."""
