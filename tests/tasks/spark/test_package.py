"""The package for Python workers."""

import zipfile
from pathlib import Path

from tasks.spark.cluster import Cluster
from tasks.spark.package import pack_tasks, send_tasks


def test_the_zip_has_all_modules_and_no_compiled_ones(tmp_path: Path) -> None:
    names = zipfile.ZipFile(pack_tasks(tmp_path)).namelist()
    assert "tasks/scoring/score.py" in names
    assert not [name for name in names if name.endswith(".pyc")]


def test_it_is_sent_once(cluster: Cluster) -> None:
    before = list(cluster.context._python_includes)
    assert "tasks.zip" in before
    send_tasks(cluster.context)
    assert cluster.context._python_includes == before
