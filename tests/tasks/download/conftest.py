"""A server and what downloads from it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.http_server import ScriptedServer, scripted_server
from tasks.download.download import download
from tasks.download.transfer import RetryPolicy
from tasks.storage.artifact import LocalArtifact


@pytest.fixture
def policy() -> RetryPolicy:
    """Three attempts within a second."""
    return RetryPolicy(
        attempts=3, connect_timeout=2, read_timeout=0.2, first_wait=0.01, longest_wait=0.02
    )


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def fetch(
    server: ScriptedServer, tmp_path: Path, policy: RetryPolicy
) -> Callable[..., LocalArtifact]:
    """Downloads the server's file, or another URL, into the test's folder."""

    def fetch(url: str | None = None, expected: str | None = None) -> LocalArtifact:
        return download(url or server.url, tmp_path, expected, policy=policy)

    return fetch
