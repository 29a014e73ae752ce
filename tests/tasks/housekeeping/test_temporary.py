"""Temporary files that killed JVMs left."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.history import age
from tasks.housekeeping.delete import delete
from tasks.housekeeping.gc import plan_gc
from tasks.housekeeping.plan import Policy
from tasks.housekeeping.temporary import temporary_files
from tasks.storage.paths import Home

UUID = "14526d77-5fa0-4319-a74f-4e27a3ecfd4e"
LEFT = [
    f"spark-{UUID}/userFiles-{UUID}/tasks.zip",
    f"blockmgr-{UUID}/0d/shuffle",
    "graft-14948560096819787545-model.bin",
    "graft-6884697995300899689-model.pb",
    "graft-tasks-x1_y2z3/tasks.zip",
    "mkl.native.8107074482843731093/libmkl_rt.so",
    "liblz4-java-1184591881464369559.so",
    "liblz4-java-1184591881464369559.so.lck",
]
OTHERS = [
    "spark-events/app",
    f"spark-{UUID}.bak/file",
    "graft-model.bin",
    "graft-airflow-1/airflow.db",
    "mkl.native/file",
    "liblz4.so",
    "notes",
]


@pytest.fixture
def left(temporary_folder: Path) -> list[Path]:
    """What killed JVMs left long ago, beside files of others."""
    for name in [*LEFT, *OTHERS]:
        path = temporary_folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("left")
    age(temporary_folder, 400)
    return sorted(temporary_folder / name.split("/")[0] for name in LEFT)


@pytest.fixture
def java(tmp_path: Path) -> Iterator[None]:
    """A process of this user that looks like a JVM, started now."""
    program = tmp_path / "java"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    with subprocess.Popen([program, "600"]) as process:
        yield
        process.kill()


@pytest.mark.usefixtures("java")
def test_what_is_older_than_all_jvms_is_left(left: list[Path], temporary_folder: Path) -> None:
    assert [item.path for item in temporary_files(temporary_folder)] == left


@pytest.mark.usefixtures("java")
def test_what_changed_since_a_jvm_started_may_be_its_own(
    left: list[Path], temporary_folder: Path
) -> None:
    os.utime(temporary_folder / LEFT[0])
    os.utime(temporary_folder / LEFT[2])
    changed = {temporary_folder / LEFT[i].split("/")[0] for i in (0, 2)}
    assert {item.path for item in temporary_files(temporary_folder)} == set(left) - changed


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give files away")
def test_files_of_other_users_are_theirs(left: list[Path], temporary_folder: Path) -> None:
    os.chown(left[0], 12345, 12345)
    assert left[0] not in [item.path for item in temporary_files(temporary_folder)]


def test_a_link_is_not_followed(temporary_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (temporary_folder / f"spark-{UUID}").symlink_to(tmp_path / "mine")
    assert not list(temporary_files(temporary_folder))


@pytest.mark.usefixtures("java")
def test_they_go_whatever_their_age(
    left: list[Path], temporary_folder: Path, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    deleted = list(delete(plan_gc(home, Policy()), home))
    assert [one.item.path for one in deleted] == left
    assert sum(one.freed or 0 for one in deleted) == 4 * len(LEFT)
    assert sorted(path.name for path in temporary_folder.iterdir()) == sorted(
        name.split("/")[0] for name in OTHERS
    )
