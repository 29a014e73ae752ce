from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.spark_conf_dir import SPARK_ENV, write_spark_defaults
from tasks.errors import StorageError
from tasks.spark.settings import submit_conf
from tasks.storage.paths import Home


def test_spark_defaults_hold_the_jobs_settings(tmp_path: Path) -> None:
    path = write_spark_defaults(Home(tmp_path))
    assert path == tmp_path / "spark-conf" / "spark-defaults.conf"
    lines = [line.split(" ", 1) for line in path.read_text().splitlines()]
    assert dict(lines) == submit_conf()
    assert sorted(path.parent.iterdir()) == [path, path.with_name("spark-env.sh")]


def test_spark_defaults_of_many_at_once_are_whole(tmp_path: Path) -> None:
    """As when containers that share GRAFT_HOME, and have the same process ids, start together."""
    with ThreadPoolExecutor(8) as pool:
        paths = set(pool.map(write_spark_defaults, [Home(tmp_path)] * 64))
    (path,) = paths
    whole = "".join(f"{name} {value}\n" for name, value in submit_conf().items())
    assert path.read_text() == whole
    assert sorted(path.parent.iterdir()) == [path, path.with_name("spark-env.sh")]


def test_spark_defaults_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot write .*; set GRAFT_HOME to a folder"):
        write_spark_defaults(Home(tmp_path / "file"))


def test_spark_env_is_there_where_spark_can_read_its_path(tmp_path: Path) -> None:
    path = write_spark_defaults(Home(tmp_path)).with_name("spark-env.sh")
    assert path.read_bytes() == SPARK_ENV.read_bytes()


@pytest.mark.parametrize("name", ["a home", "ho*me", "ho;me", "h[o]me"])
def test_spark_env_is_not_where_its_path_would_be_read_as_something_else(
    name: str, tmp_path: Path
) -> None:
    path = write_spark_defaults(Home(tmp_path / name))
    assert list(path.parent.iterdir()) == [path]
