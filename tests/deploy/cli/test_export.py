from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.exports import export
from tasks.storage.artifact import LocalArtifact
from tasks.storage.paths import Home

Graft = Callable[..., Any]


def test_the_model_of_a_run(
    write_run: Callable[..., Home], graft: Graft, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests of ``tasks.exports`` make exports; here it is only asked for one."""

    def export_model(model: Path, home: Home) -> LocalArtifact:
        asked.append((model, home.root))
        return LocalArtifact(home.exports / "e", "e", reused=True, seconds=0.0)

    asked: list[tuple[Path, Path]] = []
    monkeypatch.setattr(export, "export_model", export_model)
    home = write_run("a_run")
    for name, environ in (("a_run", {"GRAFT_HOME": str(home.root)}), (str(home.run("a_run")), {})):
        ran = graft("export", name, **environ)
        assert (ran.exit_code, ran.stdout) == (0, f"{home.exports / 'e'}\n")
    assert asked == [(home.models / "m0de1", home.root)] * 2


def test_no_such_model(tmp_path: Path, graft: Graft) -> None:
    ran = graft("export", "gone", GRAFT_HOME=str(tmp_path))
    assert ran.exit_code == 1
    assert ran.stderr.startswith("error: 'gone' is no model and no run that trained in ")
