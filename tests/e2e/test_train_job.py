"""The job by hand, as the original's was submitted: flags, recipes, errors, kills."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.processes import processes_of
from support.python_programs import program
from support.shell import Ran, Shell
from support.spark import linked_spark_home
from support.waits import wait_until
from tasks.datasets.tfrecord import read_records, write_records
from tasks.dumps.description import read_dump
from tasks.dumps.spread import relative_difference
from tasks.features.store import feature_files, feature_matrix, read_features, read_tables
from tasks.models.export import load_head
from tasks.networks.tensorflow import import_tensorflow
from tasks.spark.settings import TRAIN_JOB
from tasks.storage.artifact import build
from tasks.storage.manifest import MANIFEST
from tasks.storage.paths import CHECKOUT, Home
from tasks.training.optimizer_log import OPTIMIZER_LOG, finite_epochs

pytestmark = pytest.mark.e2e

#: Where the dumps of both splits are, that of training first.
Dumps = list[str]


@pytest.fixture(scope="module")
def dumps(shell: Shell, cut_archive: Path, official_checkpoint: Path) -> Dumps:
    """Dumps of the 200-record cut."""
    return shell.dump(cut_archive, official_checkpoint)


def submit(shell: Shell, dumps: Dumps, *flags: str, master: str = "local[2]", run_id: str) -> Ran:
    train, validation = dumps
    return shell.submit("-t", train, "-v", validation, "--run-id", run_id, *flags, master=master)


def features_of(shell: Shell, run_id: str, split: str) -> list[Path]:
    """The files of the features that a run trained on."""
    return feature_files(Path(shell.metrics(run_id)["features"][split]["path"]))


def test_help_explains_every_flag(shell: Shell) -> None:
    ran = shell.submit("--help")
    assert ran.status == 0
    for flag in ("-t", "-v", "-b", "-e", "--learning-rate", "--standardize", "--max-local-mib"):
        assert flag in ran.output
    assert "Records per training step" in ran.output


@pytest.fixture(scope="module")
def original(shell: Shell, dumps: Dumps) -> Ran:
    """The original's own command line."""
    ran = submit(shell, dumps, "-b", "15", "-e", "3", run_id="original")
    assert ran.status == 0, ran.output[-5000:]
    return ran


@pytest.fixture(scope="module")
def again(shell: Shell, dumps: Dumps, original: Ran) -> Ran:
    """The same training once more, without the check of parity."""
    flags = ("--force", "true", "--parity-records", "0")
    ran = submit(shell, dumps, "-b", "16", "-e", "3", *flags, run_id="again")
    assert ran.status == 0, ran.output[-5000:]
    return ran


#: Trainings that last long enough to be killed after their first snapshot.
LONG = {
    "LocalOptimizer": ("-b", "32", "-e", "1000"),
    # A bound of 0 MiB makes the distributed optimiser train, as it would on a cluster.
    "DistriOptimizer": ("-b", "32", "-e", "40", "--max-local-mib", "0"),
}


@pytest.fixture(scope="module")
def undisturbed(shell: Shell, dumps: Dumps) -> dict[str, dict[str, Any]]:
    """Metrics of the long trainings, by optimiser; others of the same flags do not find them."""
    for optimizer, flags in LONG.items():
        ran = submit(shell, dumps, *flags, "--force", "true", run_id=f"undisturbed {optimizer}")
        assert ran.status == 0, ran.output[-5000:]
    return {optimizer: shell.metrics(f"undisturbed {optimizer}") for optimizer in LONG}


def test_the_original_command_line_trains(shell: Shell, original: Ran) -> None:
    assert "batch size 15 -> 16, a multiple of 2 cores" in original.output
    assert original.output.count("Top1Accuracy is Accuracy(") == 3
    metrics = shell.metrics("original")
    assert metrics["records"] == {"train": 160, "validation": 40}
    assert metrics["plan"]["batch_size"] == 16


def test_a_seed_gives_the_same_head_twice(shell: Shell, again: Ran) -> None:
    assert not shell.metrics("again")["model"]["reused"]
    once, twice = (load_head(shell.model(run) / "head.npz")[0] for run in ("original", "again"))
    np.testing.assert_array_equal(once.weight, twice.weight)
    np.testing.assert_array_equal(once.bias, twice.bias)


def test_a_cluster_trains_as_well_as_one_machine(undisturbed: dict[str, dict[str, Any]]) -> None:
    local, distributed = (undisturbed[o] for o in ("LocalOptimizer", "DistriOptimizer"))
    assert local["plan"]["optimizer"] == "LocalOptimizer"
    assert distributed["plan"]["optimizer"] == "DistriOptimizer"
    assert len(distributed["epochs"]) == 40
    # 40 validation records: one is 0.025, and the two shuffle differently.
    expected = local["epochs"][39]["top1"]
    assert distributed["top1"] == pytest.approx(expected, abs=0.2)


def test_full_batches_take_the_very_steps_of_an_rmsprop_in_numpy(
    shell: Shell, dumps: Dumps
) -> None:
    """With all records in every batch their order does not matter, so weights can be compared."""
    flags = ("-b", "160", "--standardize", "false", "--seed", "3")
    # The smallest rate leaves the weights next to where they start: the first step of RMSprop is
    # the rate over the square root of 1 - decay, in the direction of the gradient's sign.
    rate = 1e-6
    start = submit(shell, dumps, *flags, "-e", "1", "--learning-rate", str(rate), run_id="start")
    end = submit(shell, dumps, *flags, "-e", "20", run_id="end")
    assert start.status == end.status == 0, start.output[-2000:] + end.output[-2000:]
    initial = load_head(shell.model("start") / "head.npz")[0]
    trained = load_head(shell.model("end") / "head.npz")[0]
    features = read_features(*features_of(shell, "end", "train"))
    x = np.hstack([features.feature, np.ones((160, 1))])

    def gradient(weight: Any) -> Any:
        p = np.exp(x @ weight.T)
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(160), features.label] -= 1
        return p.T @ x / 160

    expected = np.hstack([initial.weight, initial.bias[:, None]]).astype(np.float64)
    expected += rate / np.sqrt(0.1) * np.sign(gradient(expected))
    mean_square = np.zeros_like(expected)
    for _ in range(20):
        g = gradient(expected)
        mean_square = 0.9 * mean_square + 0.1 * g**2
        expected -= 0.001 * g / (np.sqrt(mean_square) + 1e-8)
    moved = np.abs(trained.weight - initial.weight).mean()
    error = np.abs(trained.weight - expected[:, :-1])
    # float32 in BigDL, float64 here. A gradient next to 0 may change its sign with rounding, and
    # RMSprop then steps the other way, so single weights may differ by a step or two.
    assert moved > 0.005
    assert np.median(error) < 1e-5
    assert np.quantile(error, 0.99) < 1e-3
    assert error.max() < 0.005


@pytest.fixture(scope="module")
def other_engine(shell: Shell, dumps: Dumps) -> Ran:
    """A job with the engine that is not the default."""
    ran = submit(shell, dumps, "-e", "3", "--feature-engine", "tensorflow", run_id="tensorflow")
    assert ran.status == 0, ran.output[-5000:]
    return ran


def assert_same_rows(ours: Any, theirs: Any) -> None:
    """Labels and origins are equal, features agree as check_parity wants them to."""
    for column in ("label", "shard", "record"):
        assert ours[column].to_pylist() == theirs[column].to_pylist()
    assert relative_difference(feature_matrix(ours), feature_matrix(theirs)).max() < 1e-4


def test_both_engines_give_the_same_data_set(
    shell: Shell, original: Ran, other_engine: Ran
) -> None:
    for split in ("train", "validation"):
        ours, theirs = (
            read_tables(*features_of(shell, run, split)) for run in ("original", "tensorflow")
        )
        assert_same_rows(ours, theirs)
    top1 = [shell.metrics(run)["top1"] for run in ("original", "tensorflow")]
    # The same seed on features that agree to 1e-5: one record of 40 may lie on a boundary.
    assert top1[0] == pytest.approx(top1[1], abs=0.026)


@pytest.fixture(scope="module")
def extract_on_executors(
    shell: Shell, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Ran]:
    """Extracts features on two executors that are processes of their own."""
    home = linked_spark_home(Path(shell.env["SPARK_HOME"]), tmp_path_factory.mktemp("spark"))
    job = str(program("extract_features"))

    def extract(dump: str, folder: Path, *conf: str) -> Ran:
        submit = ("spark-submit", "--master", "local-cluster[2,1,1024]", *conf)
        return shell(*submit, job, dump, str(folder), SPARK_HOME=str(home))

    return extract


def test_executors_need_nothing_of_the_driver(
    shell: Shell,
    dumps: Dumps,
    other_engine: Ran,
    extract_on_executors: Callable[..., Ran],
    tmp_path: Path,
) -> None:
    ran = extract_on_executors(dumps[1], tmp_path)
    assert "40 records" in ran.output, ran.output[-5000:]
    ours = read_tables(*feature_files(tmp_path))
    theirs = read_tables(*features_of(shell, "tensorflow", "validation"))
    assert_same_rows(ours, theirs)


def test_executors_without_the_class_path_are_told(
    dumps: Dumps, extract_on_executors: Callable[..., Ran], tmp_path: Path
) -> None:
    conf = ("--conf", "spark.executor.extraClassPath=/nowhere")
    ran = extract_on_executors(dumps[1], tmp_path, *conf)
    assert "SetupError: an executor has no compiled Scala of this version" in ran.output
    assert not list(tmp_path.glob("*.parquet"))


def test_parity_is_checked_and_said(shell: Shell, other_engine: Ran) -> None:
    parity = shell.metrics("tensorflow")["parity"]
    assert parity["records"] == 40
    assert 0 < parity["largest_relative_difference"] < 1e-4
    assert "check_parity: tensorflow and bigdl agree on 40 records" in other_engine.output


def test_parity_can_be_left_out(shell: Shell, again: Ran) -> None:
    assert shell.metrics("again")["parity"] is None
    assert "check_parity" not in again.output


def copy_to_edit(dump: Path, target: Path) -> Path:
    """Copy a dump without its manifest, which would tell that the copy was changed."""
    ignored = shutil.ignore_patterns(MANIFEST)
    return Path(shutil.copytree(dump, target / dump.name, ignore=ignored))


@pytest.fixture
def refused_by_bigdl(dumps: Dumps, tmp_path: Path) -> Dumps:
    """Copies of the dumps with an operation in model.pb that BigDL has no layer for."""
    graph_def = import_tensorflow().compat.v1.GraphDef
    for folder in map(Path, dumps):
        copy = copy_to_edit(folder, tmp_path)
        description = json.loads((copy / "pipeline.json").read_text())
        description["digests"]["graph"] = "edited"
        (copy / "pipeline.json").write_text(json.dumps(description))
        graph = graph_def.FromString((copy / "model.pb").read_bytes())
        for node in graph.node:
            node.op = "LRN" if node.op == "MaxPool" else node.op
        (copy / "model.pb").write_bytes(graph.SerializeToString())
    return [str(tmp_path / Path(folder).name) for folder in dumps]


def test_a_graph_that_bigdl_refuses_trains_with_tensorflow(
    shell: Shell, other_engine: Ran, refused_by_bigdl: Dumps
) -> None:
    flags = ("-e", "1", "--feature-engine", "tensorflow")
    ran = submit(shell, refused_by_bigdl, *flags, run_id="refused")
    assert ran.status == 0, ran.output[-5000:]
    metrics = shell.metrics("refused")
    assert not metrics["model"]["reused"]
    reason = metrics["parity"]["left_out"]
    assert re.fullmatch(r"the bigdl engine cannot run node \S+, a LRN in the network", reason)
    lines = [line for line in ran.output.splitlines() if "check_parity" in line]
    assert [line.partition("check_parity: ")[2] for line in lines] == [f"left out: {reason}"]
    assert "Traceback" not in ran.output
    assert "Exception" not in ran.output


def test_engines_that_disagree_stop_the_job(shell: Shell, dumps: Dumps, tmp_path: Path) -> None:
    """A dump whose model.bin is of another checkpoint than its frozen.pb."""
    copies = []
    for dump in map(Path, dumps):
        copies.append(copy_to_edit(dump, tmp_path))
        description = json.loads((copies[-1] / "pipeline.json").read_text())
        description["digests"]["weights"] = "another"
        (copies[-1] / "pipeline.json").write_text(json.dumps(description))
    digest = json.loads((copies[0] / "pipeline.json").read_text())["digests"]["checkpoint"]
    checkpoint = shell.home.checkpoints / digest / "inception_v1.ckpt"
    ran = shell.python("shift_weights", checkpoint, *copies)
    assert ran.status == 0, ran.output[-3000:]
    ran = submit(shell, list(map(str, copies)), run_id="disagree")
    assert ran.status == 2
    assert "error: check_parity: the engines bigdl and tensorflow differ by" in ran.output
    assert "first at Mixed_4c (InceptionV1/Mixed_4c/concat, by" in ran.output
    assert "Traceback" not in ran.output
    error = json.loads((shell.home.run("disagree") / "error.json").read_text())
    assert error["type"] == "ParityError"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("-e", "0"), "epochs is '0', expected to be greater than or equal to 1"),
        (("-b", "0"), "batch_size is '0', expected to be greater than or equal to 1"),
        (("--learning-rate", "-1"), "learning_rate is '-1', expected to be greater"),
        (
            ("--feature-engine", "caffe"),
            "feature_engine is 'caffe', expected to be 'auto', 'bigdl' or 'tensorflow'",
        ),
    ],
)
def test_a_bad_flag_is_named_before_anything_starts(
    shell: Shell, dumps: Dumps, flags: tuple[str, ...], message: str
) -> None:
    ran = submit(shell, dumps, *flags, run_id="bad-flag")
    assert ran.status == 2
    assert message in ran.output
    assert "Traceback" not in ran.output


def test_a_folder_that_is_no_dump_is_named(shell: Shell, tmp_path: Path) -> None:
    ran = submit(shell, [str(tmp_path), str(tmp_path)], run_id="no-dump")
    assert ran.status == 2
    assert f"{tmp_path} is not a dump: it has no pipeline.json" in ran.output
    assert "Traceback" not in ran.output


def break_third_records(dump: Path, home: Home) -> Path:
    """Return the data set of a dump with pictures that ``extract_dataset`` would have refused."""
    dataset = home.datasets / read_dump(dump).digests["dataset"]

    def make(folder: Path) -> None:
        shutil.copytree(
            dataset, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MANIFEST)
        )
        for shard in folder.rglob("*_00000-of-*"):
            records = list(read_records(shard))
            records[3] = records[3].replace(b"\xff\xd8\xff", b"no ", 1)
            write_records(shard, records)

    return build(home.datasets, {"broken": dataset.name}, make).path


def test_a_picture_that_does_not_decode_is_named(
    shell: Shell, dumps: Dumps, official_checkpoint: Path
) -> None:
    dumps = shell.dump(break_third_records(Path(dumps[0]), shell.home), official_checkpoint)
    before = set(shell.home.features.glob("*/artifact.json"))
    ran = submit(shell, dumps, run_id="broken picture")
    assert ran.status == 2
    assert re.search(
        r"error: flowers_(train|validation)_00000-of-00005.tfrecord, record 3: image/encoded "
        r"starts with '6e6f20', expected a JPEG",
        ran.output,
    )
    assert "Traceback" not in ran.output
    # Nor is there a trace of Spark's or Java's, or a line for each of the records.
    assert not re.search(r"^\s+at |Exception|WARN", ran.output, re.M)
    assert ran.output.count("record 3") == 1
    error = json.loads((shell.home.run("broken picture") / "error.json").read_text())
    assert error["type"] == "DataError"
    # Both splits hold a broken record, so neither is whole.
    assert set(shell.home.features.glob("*/artifact.json")) == before
    again = submit(shell, dumps, run_id="broken picture again")
    assert again.status == 2
    assert "image/encoded starts with '6e6f20', expected a JPEG" in again.output


def killed_when(
    *flags: str,
    condition: Callable[[str], object],
    victim: str,
    shell: Shell,
    dumps: Dumps,
    run_id: str,
) -> str:
    """Start a job as an Airflow task does and kill a part of it; return what it wrote after that.

    Args:
        flags: of the job, beside those that follow from the other arguments.
        condition: whether the line that the job just wrote is the one to kill it after.
        victim: the part: ``jvm``, ``driver`` or ``airflow task``.
        shell: where the job runs.
        dumps: what it trains on.
        run_id: its run.
    """
    task = subprocess.Popen(["/bin/sleep", "600"])
    train, validation = dumps
    command = ("spark-submit", "--master", "local[2]", TRAIN_JOB, "-t", train, "-v", validation)
    job = subprocess.Popen(
        [*command, "--run-id", run_id, *flags],
        cwd=CHECKOUT,
        env={**shell.env, "GRAFT_TASK_PID": str(task.pid)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert job.stdout is not None
    try:
        if not any(condition(line) for line in job.stdout):
            pytest.fail("the job ended before it could be killed")
        before = made_models(shell)
        drivers = processes_of(shell.home.root, "train_job.py")
        driver = next(process for process in drivers if process.ppid() == job.pid)
        pids = {"jvm": job.pid, "driver": driver.pid, "airflow task": task.pid}
        os.kill(pids[victim], signal.SIGKILL)
        if victim == "airflow task":
            task.wait()
        rest = job.stdout.read()
        job.wait(timeout=30)
        assert job.returncode != 0
        wait_until(lambda: not processes_of(shell.home.root), 15, "the end of all processes")
    finally:
        task.kill()
        task.wait()
        job.kill()
    # Nothing is half-written.
    assert made_models(shell) == before
    assert not (shell.home.run(run_id) / "metrics.json").exists()
    return rest


def made_models(shell: Shell) -> set[str]:
    return {path.name for path in shell.home.models.glob("[!.]*")}


def test_a_job_does_not_outlive_the_airflow_task(shell: Shell, dumps: Dumps) -> None:
    killed_when(
        *("-e", "1000", "--seed", "40"),
        condition=lambda line: "[Epoch 1 " in line,
        victim="airflow task",
        shell=shell,
        dumps=dumps,
        run_id="without a task",
    )


def holds_whole_snapshot(folder: Path) -> bool:
    """Return whether a snapshot is complete and the epochs that it covers are in the log."""
    steps_of_an_epoch = 160 // 32
    epochs = [
        (int(path.suffix[1:]) - 1) // steps_of_an_epoch for path in folder.rglob("model.[0-9]*")
    ]
    # An optimiser writes a snapshot whole before it goes on to the next epoch.
    return bool(epochs) and min(epochs) < finite_epochs(folder / OPTIMIZER_LOG)


@pytest.mark.parametrize(
    ("optimizer", "victim"), [("LocalOptimizer", "jvm"), ("DistriOptimizer", "driver")]
)
def test_a_killed_training_goes_on_from_its_last_snapshot(
    shell: Shell,
    dumps: Dumps,
    undisturbed: dict[str, dict[str, Any]],
    optimizer: str,
    victim: str,
) -> None:
    flags = LONG[optimizer]
    epochs = int(flags[3])

    before = set(shell.home.snapshots.glob("*"))

    def resumable(_: str) -> bool:
        return any(map(holds_whole_snapshot, set(shell.home.snapshots.glob("*")) - before))

    rest = killed_when(
        *flags,
        condition=resumable,
        victim=victim,
        shell=shell,
        dumps=dumps,
        run_id=f"killed {victim}",
    )
    assert "top-1 accuracy" not in rest

    ran = submit(shell, dumps, *flags, run_id=f"resumed {optimizer}")
    assert ran.status == 0, ran.output[-5000:]
    metrics = shell.metrics(f"resumed {optimizer}")
    assert metrics["features"]["train"]["reused"]
    assert metrics["plan"]["optimizer"] == optimizer
    (after,) = metrics["resumed_after_epochs"]
    assert f"training resumed after epoch {after} of {epochs}" in ran.output
    assert 1 <= after <= epochs
    assert [epoch["epoch"] for epoch in metrics["epochs"]] == list(range(1, epochs + 1))
    seconds = [epoch["seconds"] for epoch in metrics["epochs"]]
    assert min(seconds) > 0
    assert sum(seconds) == pytest.approx(metrics["epochs"][-1]["wall_clock_seconds"])
    model = shell.model(f"resumed {optimizer}")
    assert f"Training resumed after epoch {after}" in (model / "optimizer.log").read_text()
    # In place, the model needs no snapshots.
    assert not (shell.home.snapshots / model.name).exists()

    assert undisturbed[optimizer]["resumed_after_epochs"] == []
    # 40 validation records: one is 0.025, and the two shuffle differently.
    assert metrics["top1"] == pytest.approx(undisturbed[optimizer]["top1"], abs=0.2)
