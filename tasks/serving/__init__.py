"""Answers questions with an exported model: on the command line and over HTTP."""
