"""The command ``graft``: a module for every subcommand."""
