from pathlib import Path

import pytest

from tasks.storage.locations import RemotePath
from tasks.storage.paths import CHECKOUT, Home, safe_name


def test_home_is_what_the_environment_says(tmp_path: Path) -> None:
    assert Home.from_environ({"GRAFT_HOME": str(tmp_path)}).root == tmp_path


@pytest.mark.parametrize("environ", [{}, {"GRAFT_HOME": ""}])
def test_home_is_in_the_checkout_by_default(environ: dict[str, str]) -> None:
    assert Home.from_environ(environ).root == CHECKOUT / "work"
    assert (CHECKOUT / "tasks" / "storage" / "paths.py").is_file()


def test_home_reads_the_process_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
    assert Home.from_environ().root == tmp_path


def test_home_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Home.from_environ({"GRAFT_HOME": "a/../b"}).root == tmp_path / "b"
    assert Home.from_environ({"GRAFT_HOME": "~/b"}).root == tmp_path / "b"


def test_a_url_is_shared_and_the_rest_is_local(tmp_path: Path) -> None:
    home = Home.from_environ({"GRAFT_HOME": "s3a://b/graft/", "GRAFT_LOCAL": str(tmp_path)})
    assert home == Home(tmp_path, RemotePath("s3a://b/graft"))
    assert Home.from_environ(home.environ()) == home
    assert str(home.shared(home.features)) == "s3a://b/graft/features"
    assert home.models == tmp_path / "models"


def test_a_local_home_shares_its_own_folders(tmp_path: Path) -> None:
    home = Home.from_environ({"GRAFT_HOME": tmp_path.as_uri(), "GRAFT_LOCAL": "/elsewhere"})
    assert home.root == tmp_path
    assert home.shared(home.features) == home.features
    assert Home.from_environ(home.environ()) == home


def test_beside_a_url_the_local_folder_is_in_the_checkout_by_default() -> None:
    assert Home.from_environ({"GRAFT_HOME": "hdfs://h/graft"}).root == CHECKOUT / "work"


def test_every_kind_has_a_folder_of_its_own_below_the_root(tmp_path: Path) -> None:
    home = Home(tmp_path)
    names = [name for name, member in vars(Home).items() if isinstance(member, property)]
    folders = [getattr(home, name) for name in names]
    assert {"downloads", "datasets", "checkpoints", "dumps", "features", "models"} <= set(names)
    assert len(set(folders)) == len(names)
    assert {folder.parent for folder in folders} == {tmp_path}


@pytest.mark.parametrize(
    "run_id", ["manual__2026-01-02T03:04:05+00:00", "../../etc", "a/b", "", ".", "..", "x" * 999]
)
def test_run_is_a_child_of_runs_whatever_its_name(tmp_path: Path, run_id: str) -> None:
    home = Home(tmp_path)
    assert home.run(run_id).resolve().parent == home.runs
    home.run(run_id).mkdir(parents=True)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("flowers.tar.gz", "flowers.tar.gz"),
        ("manual__2026-01-02T03:04:05+00:00", "manual__2026-01-02T03_04_05_00_00"),
        ("../..", "run"),
        ("", "run"),
        (".hidden", "hidden"),
        ("a\0b\nc", "a_b_c"),
        ("x" * 999, "x" * 200),
    ],
)
def test_safe_name(name: str, safe: str) -> None:
    assert safe_name(name) == safe
