"""The mode of AIRFLOW_HOME and of its data base."""

import os
import stat
import subprocess
from pathlib import Path

import pytest

from deploy.private_home import make_private
from tasks.errors import StorageError
from tasks.storage.paths import CHECKOUT


def modes(folder: Path) -> tuple[int, int]:
    database = folder / "airflow.db"
    return stat.S_IMODE(folder.stat().st_mode), stat.S_IMODE(database.stat().st_mode)


def test_a_new_one_is_its_owners_alone(tmp_path: Path) -> None:
    make_private(tmp_path / "new" / "airflow")
    assert modes(tmp_path / "new" / "airflow") == (0o700, 0o600)


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_an_open_one_is_closed_and_keeps_its_content(tmp_path: Path, umask: int) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "airflow.db").write_text("content")
    (tmp_path / "airflow.db").chmod(0o644)
    before = os.umask(umask)
    try:
        make_private(tmp_path)
    finally:
        os.umask(before)
    assert modes(tmp_path) == (0o700, 0o600)
    assert (tmp_path / "airflow.db").read_text() == "content"


def test_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"cannot write .*file"):
        make_private(tmp_path / "file" / "airflow")


def test_a_shell_that_sources_env_sh_creates_a_private_data_base(tmp_path: Path) -> None:
    script = 'umask 022; source ./env.sh; stat --format %a "$AIRFLOW_HOME/airflow.db"'
    ran = subprocess.run(
        ["bash", "-c", script],
        cwd=CHECKOUT,
        env={**os.environ, "GRAFT_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert ran.stdout == "600\n", ran.stderr
