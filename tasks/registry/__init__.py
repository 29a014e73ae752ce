"""Registry: versions of a model, which of them is the champion, and who promoted it and why."""
