from pathlib import Path

import pytest

from deploy.checks.artifacts import check_artifacts
from support.history import write_week
from tasks.storage.paths import Home


def test_says_how_much_there_is_and_how_much_could_go(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("tmp")))
    home = Home(tmp_path / "home")
    assert check_artifacts(home) == "0 B; graft gc would free 0 B"
    for number in range(5):
        write_week(home, number, days=90 - number)
    total, freed = check_artifacts(home).split("; graft gc would free ")
    assert float(total.removesuffix(" KiB")) > float(freed.removesuffix(" KiB")) > 1
