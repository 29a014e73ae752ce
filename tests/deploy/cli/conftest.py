"""The command ``graft`` in this process, whose environment it leaves as it was."""

import os
from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest
from typer.testing import CliRunner, Result

from deploy.cli.app import app

Graft = Callable[..., Result]


@pytest.fixture
def graft() -> Iterator[Graft]:
    """Runs a command line and returns what it printed and its exit status."""
    with patch.dict(os.environ):
        # Set for the tests; most users have none.
        os.environ.pop("AIRFLOW_HOME", None)
        yield lambda *arguments, **environ: CliRunner().invoke(app, arguments, env=environ)
