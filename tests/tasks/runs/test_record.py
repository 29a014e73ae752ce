import json
from pathlib import Path

from tasks.runs.record import TASK_IDS, read_steps, record_step
from tasks.storage.paths import Home

RUN = "manual__2026-01-02T03:04:05+00:00"


def test_steps_come_back_in_the_pipelines_order(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for task_id in reversed(TASK_IDS):
        record_step(home, RUN, task_id, {"path": f"/{task_id}", "reused": False})
    assert [step["task_id"] for step in read_steps(home, RUN)] == list(TASK_IDS)
    assert read_steps(home, RUN)[0] == {
        "task_id": "download_dataset",
        "path": "/download_dataset",
        "reused": False,
    }


def test_lies_in_the_runs_folder(tmp_path: Path) -> None:
    home = Home(tmp_path)
    path = record_step(home, RUN, "dump_train", {"seconds": 1.5})
    assert path == home.run(RUN) / "steps" / "dump_train.json"
    assert json.loads(path.read_text()) == {"task_id": "dump_train", "seconds": 1.5}


def test_a_later_try_replaces_an_earlier_one(tmp_path: Path) -> None:
    home = Home(tmp_path)
    record_step(home, RUN, "dump_train", {"seconds": 1})
    record_step(home, RUN, "dump_train", {"seconds": 2})
    assert [step["seconds"] for step in read_steps(home, RUN)] == [2]


def test_runs_do_not_mix(tmp_path: Path) -> None:
    home = Home(tmp_path)
    record_step(home, RUN, "dump_train", {})
    assert read_steps(home, "another") == []
