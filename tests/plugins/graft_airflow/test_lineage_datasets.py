from collections.abc import Callable
from typing import Any

import pytest

from graft_airflow.assets import dataset_asset
from graft_airflow.lineage_datasets import (
    READS,
    WRITES,
    artifact_dataset,
    ended_step,
    inputs,
    known_inputs,
)
from graft_airflow.lineage_record import DatasetName, dataset_name
from graft_airflow.run import Run, current_run
from tasks.runs.record import TASK_IDS, WITHOUT_ARTIFACT, record_failure, record_step
from tasks.storage.paths import Home

InRun = Callable[..., Any]


def names(run: Run, task_id: str) -> list[tuple[str, str]]:
    return [(each.name.namespace, each.name.name) for each in inputs(run, task_id)]


def test_every_step_reads_and_writes_something() -> None:
    assert set(READS) | {"download_dataset", "fetch_checkpoint"} == set(TASK_IDS)
    assert set(WRITES) == set(TASK_IDS) - set(WITHOUT_ARTIFACT)


def test_a_step_reads_what_steps_before_it_write() -> None:
    for task_id, read in READS.items():
        for before in read:
            assert TASK_IDS.index(before) < TASK_IDS.index(task_id)


def test_no_two_steps_write_one_data_set_and_none_writes_what_the_first_reads(home: Home) -> None:
    """The way from the data set's asset to the model has no circle."""
    found = [artifact_dataset(home, "birds", task_id).name for task_id in WRITES]
    assert len({*found, dataset_name(dataset_asset("birds").uri)}) == len(WRITES) + 1


class TestSources:
    @pytest.mark.usefixtures("home")
    def test_are_the_urls(self, in_run: InRun) -> None:
        context = in_run(
            source="urls",
            dataset_url="https://me:s3cret@example.org/birds.zip",
            checkpoint_url="/models/inception.ckpt",
        )
        run = current_run(context)
        assert names(run, "download_dataset") == [("https://example.org", "/birds.zip")]
        assert names(run, "fetch_checkpoint") == [("file", "/models/inception.ckpt")]

    def test_are_the_bundled_samples(self, home: Home, in_run: InRun) -> None:
        run = current_run(in_run(source="sample"))
        for task_id in ("download_dataset", "fetch_checkpoint"):
            assert names(run, task_id) == [("file", f"{home.root}/samples")]


def test_an_input_has_version_and_place_of_what_its_step_made(home: Home, in_run: InRun) -> None:
    run = current_run(in_run())
    facts = {"path": "hdfs://head/dumps/abc", "digest": "abc"}
    record_step(home, run.run_id, "dump_train", facts)
    record_failure(home, run.run_id, "dump_validation", "no room")
    train, validation = inputs(run, "train_classifier")
    assert train.name == DatasetName("file", f"{home.root}/dumps/flowers/train")
    assert (train.version, train.location) == ("abc", "hdfs://head/dumps/abc")
    assert (validation.version, validation.location) == ("", "")


def test_before_a_run_the_names_are_known(home: Home) -> None:
    (records, checkpoint) = known_inputs(home, "birds", "dump_train")
    assert records.name.name == f"{home.root}/datasets/birds/records"
    assert checkpoint.name.name == f"{home.root}/checkpoints/birds"
    assert known_inputs(home, "birds", "download_dataset") == ()


def test_a_step_that_failed_has_not_ended_well(home: Home, in_run: InRun) -> None:
    run = current_run(in_run())
    assert ended_step(run, "report") is None
    record_failure(home, run.run_id, "report", "no room")
    assert ended_step(run, "report") is None


@pytest.mark.parametrize("task_id", ["train_classifier", "export_model"])
def test_models_are_called_so(home: Home, task_id: str) -> None:
    assert artifact_dataset(home, "birds", task_id).is_model
    assert not artifact_dataset(home, "birds", "extract_dataset").is_model
