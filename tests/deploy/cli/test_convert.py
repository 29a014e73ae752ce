"""``graft convert`` on this machine, and what it submits with ``--spark``."""

import functools
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from support.programs_alone import Ran, run_graft_alone
from support.sources import FILES, write_folder
from tasks.datasets.dataset import read_dataset
from tasks.datasets.options import Options
from tasks.spark.settings import CONVERT_JOB


@pytest.fixture
def convert(tmp_path: Path) -> Callable[..., Ran]:
    return functools.partial(run_graft_alone, tmp_path, "convert")


def test_a_folder_of_pictures_becomes_a_data_set(convert: Any, tmp_path: Path) -> None:
    source = write_folder(tmp_path / "pictures", FILES)
    ran = convert(str(source), "made", "-p", "validation_share=0.25")
    assert ran.returncode == 0, ran.stderr
    last = ran.stdout.splitlines()
    assert last[0].startswith("24 pictures of 3 classes in 2 shards: train ")
    made = tmp_path / "made"
    assert last[-1] == f"{made} is the data set; train with -p dataset_url={made}"
    dataset = read_dataset(made)
    assert dataset.class_names == ("daisy", "red tulip", "rose")
    shards = [shard for of in dataset.splits.values() for shard in of.shards]
    assert all(Path(str(shard.path)).is_file() for shard in shards)


def test_with_spark_the_job_is_submitted_with_sparks_options(convert: Any) -> None:
    options = ["--master", "yarn", "--driver-memory", "2g", "--spark-conf", "a=b"]
    ran = convert("hdfs:///in", "hdfs:///out", "--spark", *options, "-p", "bad_pictures=skip")
    assert ran.returncode == 7, ran.stderr
    *words, settings = ran.stdout.splitlines()
    sparks = [*options[:4], "--conf", "a=b"]
    assert words == [*sparks, str(CONVERT_JOB), "hdfs:///in", "hdfs:///out"]
    assert json.loads(settings) == asdict(Options(bad_pictures="skip"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a", "b", "-p", "epochs=3"], "error: unknown param 'epochs': known are bad_pictures, "),
        (["a", "b", "-p", "bad_picture=skip"], "did you mean 'bad_pictures'?"),
        (["a", "b", "-p", "skip"], "a param has no '=' in it, expected NAME=VALUE such as"),
        (["a", "b", "-p", "max_bad=2"], "max_bad is '2', expected to be less than or equal to 1"),
        (["a", "s3a://b/c"], "s3a://b/c is not on this machine: give --spark, which writes there"),
        (["", "b"], "error: SOURCE is empty, expected the path or URL of a folder"),
    ],
)
def test_mistakes_are_told_in_a_line(arguments: list[str], message: str, convert: Any) -> None:
    ran = convert(*arguments)
    assert ran.returncode == 2
    assert message in ran.stderr
    assert "Traceback" not in ran.stderr


def test_help_has_the_params_and_an_example(graft: Any) -> None:
    ran = graft("convert", "--help")
    for name in ("bad_pictures", "validation_share", "graft convert --spark --master yarn"):
        assert name in ran.stdout
