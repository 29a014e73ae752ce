"""``graft ui``'s options; tests/deploy/test_ui.py runs it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Graft = Callable[..., Any]


@pytest.mark.parametrize("given", ["0", "65536", "http", "-1", "", "²", "٨٠٨٠"])
def test_what_is_no_port(given: str, graft: Graft) -> None:
    ran = graft("ui", "--port", given)
    assert ran.exit_code == 2
    assert f"{given!r} is no port, expected 1 to 65535" in ran.stderr


def test_help_names_the_port(graft: Graft) -> None:
    ran = graft("ui", "--help")
    assert "--port PORT  Port of 127.0.0.1.  [default: 8080]" in ran.stdout


@pytest.mark.parametrize(
    ("name", "value"), [("GRAFT_SCHEDULE", "soon"), ("GRAFT_PARAMS", '{"epochs": 0}')]
)
def test_a_setting_that_would_hide_the_dag_is_one_line(
    name: str, value: str, graft: Graft, tmp_path: Path
) -> None:
    ran = graft("ui", **{"GRAFT_HOME": str(tmp_path / "home"), name: value})
    assert (ran.exit_code, ran.stdout) == (1, "")
    assert ran.stderr.startswith(f"error: {name}")
    assert not (tmp_path / "home").exists()
