"""``graft serve``: its options and mistakes; tests/tasks/serving asks real servers."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.serving import picture, rows, running_server
from support.tiny_saved_model import damaged_models
from tasks.storage.paths import Home

Graft = Callable[..., Any]


def test_a_model_instead_of_the_champion(tmp_path: Path, other_model: Path) -> None:
    with running_server(Home(tmp_path), "--name", "birds", "--model", str(other_model)) as server:
        server.wait_ready()
        answer = server.predict(rows(picture("red")), "/v1/models/birds")
        assert answer.json()["predictions"][0]["classes"][0] == "pink"
        assert server.get("/v1/models/birds/labels/champion").status_code == 400
        first = server.log.read_text().splitlines()[0]
        assert first == f"birds is at {server.url}; Ctrl-C stops it"
    assert server.process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--name", "B"], "error: the model's name is 'B', expected lower-case letters"),
        (["--model", "none"], "error: --model is 'none', expected a version's number, champion"),
        (["--model", "./none"], "error: --model is 'none', which has no saved_model.pb: expected"),
        (["--host", "192.0.2.1"], "error: 192.0.2.1 port 8501 cannot be used: Cannot assign requ"),
    ],
)
def test_mistakes_are_told_in_a_line(
    graft: Graft, tmp_path: Path, arguments: list[str], message: str
) -> None:
    ran = graft("serve", *arguments, GRAFT_HOME=str(tmp_path))
    assert ran.exit_code == 2
    (line,) = ran.stderr.splitlines()
    assert line.startswith(message)


def test_a_named_model_that_does_not_load_ends_the_command(
    graft: Graft, tmp_path: Path, tiny_model: Path
) -> None:
    for folder, message in damaged_models(tiny_model, tmp_path).items():
        ran = graft("serve", "--port", "0", "--model", str(folder), GRAFT_HOME=str(tmp_path))
        assert ran.exit_code == 2
        assert ran.stdout == ""
        (line,) = ran.stderr.splitlines()
        assert line.startswith("error: ")
        assert str(folder) in line
        assert message in line


def test_a_port_that_is_taken(graft: Graft, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        ran = graft("serve", "--port", port, GRAFT_HOME=str(tmp_path))
    assert ran.exit_code == 2
    assert f"127.0.0.1 port {port} cannot be used: Address already in use" in ran.stderr


def test_bounds_of_the_options(graft: Graft) -> None:
    for option, value in (("--port", "70000"), ("--max-pictures", "0"), ("--timeout", "0")):
        ran = graft("serve", option, value)
        assert ran.exit_code == 2
        assert option in ran.stderr
