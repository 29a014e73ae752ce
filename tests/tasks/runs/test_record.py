import json
from pathlib import Path

import pytest

from tasks.datasets.pair import Pair
from tasks.errors import DataError
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.record import (
    EXPORT,
    TASK_IDS,
    Step,
    data_name,
    exported,
    forget_step,
    read_failures,
    read_step,
    read_steps,
    record_failure,
    record_step,
)
from tasks.storage.paths import Home

RUN = "manual__2026-01-02T03:04:05+00:00"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_steps_come_back_in_the_order_of_the_dag(home: Home) -> None:
    for task_id in reversed(TASK_IDS):
        record_step(home, RUN, task_id, {"path": f"/{task_id}", "reused": False})
    assert [step.task_id for step in read_steps(home, RUN)] == list(TASK_IDS)
    assert read_steps(home, RUN)[0] == Step(task_id="download_dataset", path="/download_dataset")


def test_lies_in_the_runs_folder(home: Home) -> None:
    path = record_step(home, RUN, "dump_train", {"seconds": 1.5})
    assert path == home.run(RUN) / "steps" / "dump_train.json"
    assert json.loads(path.read_text()) == {"task_id": "dump_train", "seconds": 1.5}


def test_facts_of_the_step_that_trains(home: Home) -> None:
    features = {"path": "/f", "digest": "f", "reused": True, "seconds": 0.5}
    facts = {
        "path": "/m",
        "digest": "m",
        "reused": False,
        "seconds": 2.5,
        "params": {"epochs": 10},
        "features": {"train": features, "validation": {**features, "path": "/v"}},
        "stages": {"training": 1.0},
    }
    record_step(home, RUN, "train_classifier", facts)
    (step,) = read_steps(home, RUN)
    assert (step.digest, step.seconds, step.params) == ("m", 2.5, {"epochs": 10})
    train = ArtifactRecord(path="/f", digest="f", reused=True, seconds=0.5)
    assert step.features == Pair(
        train, ArtifactRecord(path="/v", digest="f", reused=True, seconds=0.5)
    )


def test_a_later_try_replaces_an_earlier_one(home: Home) -> None:
    record_step(home, RUN, "dump_train", {"seconds": 1})
    record_step(home, RUN, "dump_train", {"seconds": 2})
    assert [step.seconds for step in read_steps(home, RUN)] == [2]


def test_a_failure_is_no_step_until_a_later_try_ends_well(home: Home) -> None:
    record_failure(home, RUN, "dump_train", "no room left")
    record_step(home, RUN, "dump_validation", {})
    assert read_failures(home, RUN) == {"dump_train": "no room left"}
    assert [step.task_id for step in read_steps(home, RUN)] == ["dump_validation"]
    record_step(home, RUN, "dump_train", {})
    assert read_failures(home, RUN) == {}
    assert [step.task_id for step in read_steps(home, RUN)] == ["dump_train", "dump_validation"]


def test_a_step_by_its_runs_folder(home: Home) -> None:
    folder = home.run("one")
    assert read_step(folder, EXPORT) is None
    assert exported(folder) is None
    record_failure(home, "one", EXPORT, "no room")
    failed = read_step(folder, EXPORT)
    assert failed is not None
    assert failed.error == "no room"
    assert exported(folder) is None
    record_step(home, "one", EXPORT, {"digest": "ab12"})
    made = exported(folder)
    assert made is not None
    assert made.digest == "ab12"


def test_an_earlier_try_is_forgotten(home: Home) -> None:
    record_step(home, RUN, "dump_train", {})
    forget_step(home, RUN, "dump_train")
    forget_step(home, RUN, "dump_train")
    assert read_steps(home, RUN) == []


def test_runs_do_not_mix(home: Home) -> None:
    record_step(home, RUN, "dump_train", {})
    assert read_steps(home, "another") == []


def test_a_damaged_file_is_one_error_that_names_it(home: Home) -> None:
    record_step(home, RUN, "dump_train", {"seconds": 1}).write_text('{"task_id": "dump_train"')
    for read in (read_steps, read_failures):
        with pytest.raises(DataError, match=r"steps/dump_train\.json is damaged"):
            read(home, RUN)


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"source": "sample"}, "sample"),
        ({"source": "urls", "dataset_url": "https://h/data/flowers.tar.gz?***"}, "flowers.tar.gz"),
        ({"dataset_url": "file:///flowers.tar"}, "flowers.tar"),
        ({"dataset_url": "s3://bucket/my/pictures/"}, "pictures"),
        ({"dataset_url": "file:///home/me/pictures"}, "pictures"),
        ({}, ""),
    ],
)
def test_data_name(params: dict[str, str], name: str) -> None:
    assert data_name(params) == name
