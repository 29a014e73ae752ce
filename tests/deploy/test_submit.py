"""The command line of a job; tests of ``graft train`` and ``graft convert`` run it, too."""

import os
from pathlib import Path
from typing import Any

import pytest

from deploy import submit as module
from deploy.submit import submit


def test_the_job_takes_the_place_of_this_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[Any] = []
    monkeypatch.setattr(module, "set_environment", dict)
    monkeypatch.setattr(os, "execv", lambda program, words: ran.append((program, words)))
    monkeypatch.setattr(os, "environ", {"GRAFT_HOME": str(tmp_path)})
    options: dict[str, Any] = {"master": "local[2]", "driver_memory": "1g", "spark_conf": ["a=b"]}
    submit(Path("/job.py"), ["x y"], **options)
    ((program, words),) = ran
    assert (program, Path(program).name) == (words[0], "spark-submit")
    assert words[1:] == [
        *("--master", "local[2]", "--driver-memory", "1g", "--conf", "a=b"),
        *("/job.py", "x y"),
    ]
    assert os.environ["SPARK_LOCAL_IP"] == "127.0.0.1"
    assert (tmp_path / "spark-conf" / "spark-defaults.conf").is_file()
