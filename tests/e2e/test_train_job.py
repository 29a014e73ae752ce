"""The job by hand, as the original's was submitted: flags, recipes, errors, kills."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from tasks.datasets.example import IMAGE_ENCODED, LABEL, encode_example
from tasks.features.parity import relative_difference
from tasks.features.store import feature_files, feature_matrix, read_features, read_tables
from tasks.models.export import load_head
from tasks.storage.paths import CHECKOUT

pytestmark = pytest.mark.e2e


def dump_both(shell, archive, fixtures_folder):
    """Extract an archive and dump both splits."""
    return shell.dump(archive, fixtures_folder / "inception_v1_2016_08_28.tar.gz")


@pytest.fixture(scope="module")
def dumps(shell, cut_archive, fixtures_folder):
    """Dumps of the 200-record cut."""
    return dump_both(shell, cut_archive, fixtures_folder)


def submit(shell, dumps, *flags, master="local[2]", run_id):
    train, validation = dumps
    return shell.submit("-t", train, "-v", validation, "--run-id", run_id, *flags, master=master)


def metrics_of(shell, run_id):
    return json.loads((shell.home.run(run_id) / "metrics.json").read_text())


def model_of(shell, run_id):
    return Path(metrics_of(shell, run_id)["model"]["path"])


def split_features(shell, run_id, split):
    path = Path(metrics_of(shell, run_id)["features"][split]["path"])
    return read_features(*feature_files(path))


def test_help_explains_every_flag(shell):
    ran = shell.submit("--help")
    assert ran.status == 0
    for flag in ("-t", "-v", "-b", "-e", "--learning-rate", "--standardize", "--max-local-mib"):
        assert flag in ran.output
    assert "Records per training step" in ran.output


@pytest.fixture(scope="module")
def original(shell, dumps):
    """The original's own command line."""
    ran = submit(shell, dumps, "-b", "15", "-e", "3", run_id="original")
    assert ran.status == 0, ran.output[-5000:]
    return ran


@pytest.fixture(scope="module")
def again(shell, dumps, original):
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
def undisturbed(shell, dumps):
    """Metrics of the long trainings, by optimiser; others of the same flags do not find them."""
    for optimizer, flags in LONG.items():
        ran = submit(shell, dumps, *flags, "--force", "true", run_id=f"undisturbed {optimizer}")
        assert ran.status == 0, ran.output[-5000:]
    return {optimizer: metrics_of(shell, f"undisturbed {optimizer}") for optimizer in LONG}


def test_the_original_command_line_trains(shell, original):
    assert "batch size 15 -> 16, a multiple of 2 cores" in original.output
    assert original.output.count("Top1Accuracy is Accuracy(") == 3
    metrics = metrics_of(shell, "original")
    assert metrics["records"] == {"train": 160, "validation": 40}
    assert metrics["plan"]["batch_size"] == 16


def test_a_seed_gives_the_same_head_twice(shell, again):
    assert not metrics_of(shell, "again")["model"]["reused"]
    once, twice = (load_head(model_of(shell, run) / "head.npz")[0] for run in ("original", "again"))
    np.testing.assert_array_equal(once.weight, twice.weight)
    np.testing.assert_array_equal(once.bias, twice.bias)


def test_a_cluster_trains_as_well_as_one_machine(undisturbed):
    local, distributed = (undisturbed[o] for o in ("LocalOptimizer", "DistriOptimizer"))
    assert local["plan"]["optimizer"] == "LocalOptimizer"
    assert distributed["plan"]["optimizer"] == "DistriOptimizer"
    assert len(distributed["epochs"]) == 40
    # 40 validation records: one is 0.025, and the two shuffle differently.
    expected = local["epochs"][39]["top1"]
    assert distributed["top1"] == pytest.approx(expected, abs=0.2)


def test_full_batches_take_the_very_steps_of_an_rmsprop_in_numpy(shell, dumps):
    """With all records in every batch their order does not matter, so weights can be compared."""
    flags = ("-b", "160", "--standardize", "false", "--seed", "3")
    # The smallest rate leaves the weights next to where they start: the first step of RMSprop is
    # the rate over the square root of 1 - decay, in the direction of the gradient's sign.
    rate = 1e-6
    start = submit(shell, dumps, *flags, "-e", "1", "--learning-rate", str(rate), run_id="start")
    end = submit(shell, dumps, *flags, "-e", "20", run_id="end")
    assert start.status == end.status == 0, start.output[-2000:] + end.output[-2000:]
    initial = load_head(model_of(shell, "start") / "head.npz")[0]
    trained = load_head(model_of(shell, "end") / "head.npz")[0]
    features = split_features(shell, "end", "train")
    x = np.hstack([features.feature, np.ones((160, 1))])

    def gradient(weight):
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
def other_engine(shell, dumps):
    """A job with the engine that is not the default."""
    ran = submit(shell, dumps, "-e", "3", "--feature-engine", "tensorflow", run_id="tensorflow")
    assert ran.status == 0, ran.output[-5000:]
    return ran


def assert_same_rows(ours, theirs):
    """Labels and origins are equal, features agree as check_parity wants them to."""
    for column in ("label", "shard", "record"):
        assert ours[column].to_pylist() == theirs[column].to_pylist()
    assert relative_difference(feature_matrix(ours), feature_matrix(theirs)).max() < 1e-4


def test_both_engines_give_the_same_data_set(shell, original, other_engine):
    for split in ("train", "validation"):
        paths = [metrics_of(shell, run)["features"][split] for run in ("original", "tensorflow")]
        ours, theirs = (read_tables(*feature_files(Path(p["path"]))) for p in paths)
        assert_same_rows(ours, theirs)
    top1 = [metrics_of(shell, run)["top1"] for run in ("original", "tensorflow")]
    # The same seed on features that agree to 1e-5: one record of 40 may lie on a boundary.
    assert top1[0] == pytest.approx(top1[1], abs=0.026)


@pytest.fixture(scope="module")
def extract_on_executors(shell, tmp_path_factory):
    """Extract features on two executors that are processes of their own."""
    # Such a cluster's workers write below SPARK_HOME, which is no place for a test's files.
    spark_home = tmp_path_factory.mktemp("spark")
    for path in Path(shell.env["SPARK_HOME"]).iterdir():
        (spark_home / path.name).symlink_to(path)
    program = str(CHECKOUT / "tests" / "e2e" / "extract_features.py")

    def extract(dump, folder, *conf):
        submit = ("spark-submit", "--master", "local-cluster[2,1,1024]", *conf)
        return shell(*submit, program, dump, str(folder), SPARK_HOME=str(spark_home))

    return extract


def test_executors_need_nothing_of_the_driver(
    shell, dumps, other_engine, extract_on_executors, tmp_path
):
    ran = extract_on_executors(dumps[1], tmp_path)
    assert "40 records" in ran.output, ran.output[-5000:]
    ours = read_tables(*feature_files(tmp_path))
    path = metrics_of(shell, "tensorflow")["features"]["validation"]["path"]
    theirs = read_tables(*feature_files(Path(path)))
    assert_same_rows(ours, theirs)


def test_executors_without_the_class_path_are_told(dumps, extract_on_executors, tmp_path):
    conf = ("--conf", "spark.executor.extraClassPath=/nowhere")
    ran = extract_on_executors(dumps[1], tmp_path, *conf)
    assert "SetupError: an executor has no compiled Scala of this version" in ran.output
    assert not list(tmp_path.glob("*.parquet"))


def test_parity_is_checked_and_said(shell, other_engine):
    parity = metrics_of(shell, "tensorflow")["parity"]
    assert parity["records"] == 40
    assert 0 < parity["largest_relative_difference"] < 1e-4
    assert "check_parity: bigdl and tensorflow agree on 40 records" in other_engine.output


def test_parity_can_be_left_out(shell, again):
    assert metrics_of(shell, "again")["parity"] is None
    assert "check_parity" not in again.output


def test_engines_that_disagree_stop_the_job(shell, dumps, fixtures_folder, tmp_path):
    """A dump whose model.bin is of another checkpoint than its frozen.pb."""
    copies = []
    for dump in map(Path, dumps):
        copies.append(tmp_path / dump.name)
        shutil.copytree(dump, copies[-1])
        description = json.loads((copies[-1] / "pipeline.json").read_text())
        description["digests"]["weights"] = "another"
        (copies[-1] / "pipeline.json").write_text(json.dumps(description))
    program = (
        "import sys; from pathlib import Path; import numpy as np; "
        "from tasks.spark.jvm import save_tensors; "
        "from tasks.networks.checkpoint import read_weights; "
        "from tasks.networks.inception import INCEPTION_V1; "
        "weights = dict(read_weights(Path(sys.argv[1]), INCEPTION_V1)); "
        "name = 'InceptionV1/Mixed_4c/Branch_1/Conv2d_0b_3x3/BatchNorm/beta'; "
        "weights[name] = weights[name] + np.float32(0.05); "
        "[Path(p, 'model.bin').unlink() for p in sys.argv[2:]]; "
        "[save_tensors(weights, Path(p, 'model.bin')) for p in sys.argv[2:]]"
    )
    digest = json.loads((copies[0] / "pipeline.json").read_text())["digests"]["checkpoint"]
    checkpoint = shell.home.checkpoints / digest / "inception_v1.ckpt"
    ran = shell(sys.executable, "-c", program, str(checkpoint), *map(str, copies))
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
            "feature_engine is 'caffe', expected to be 'bigdl' or 'tensorflow'",
        ),
    ],
)
def test_a_bad_flag_is_named_before_anything_starts(shell, dumps, flags, message):
    ran = submit(shell, dumps, *flags, run_id="bad-flag")
    assert ran.status == 2
    assert message in ran.output
    assert "Traceback" not in ran.output


def test_a_folder_that_is_no_dump_is_named(shell, tmp_path):
    ran = submit(shell, [str(tmp_path), str(tmp_path)], run_id="no-dump")
    assert ran.status == 2
    assert f"{tmp_path} is not a dump: it has no pipeline.json" in ran.output
    assert "Traceback" not in ran.output


def test_a_picture_that_does_not_decode_is_named(shell, cut_fixtures, fixtures_folder, tmp_path):
    def break_third(records):
        broken = encode_example({IMAGE_ENCODED: b"no picture", LABEL: 1})
        return [*records[:3], broken, *records[4:]]

    archive = cut_fixtures(tmp_path, break_third)
    dumps = dump_both(shell, archive, fixtures_folder)
    before = set(shell.home.features.glob("*/artifact.json"))
    ran = submit(shell, dumps, run_id="broken picture")
    assert ran.status == 2
    assert re.search(
        r"error: flowers_(train|validation)_00000-of-00005.tfrecord, record 3: image/encoded "
        r"starts with '6e6f20', expected a JPEG",
        ran.output,
    )
    assert "Traceback" not in ran.output
    assert len(ran.output.splitlines()) < 20
    error = json.loads((shell.home.run("broken picture") / "error.json").read_text())
    assert error["type"] == "DataError"
    # Both splits hold a broken record, so neither is whole.
    assert set(shell.home.features.glob("*/artifact.json")) == before
    again = submit(shell, dumps, run_id="broken picture again")
    assert again.status == 2
    assert "image/encoded starts with '6e6f20', expected a JPEG" in again.output


def running(shell):
    """Every process that works below this session's GRAFT_HOME."""
    mark = str(shell.home.root)
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("GRAFT_HOME") == mark:
                found.append(process)
        except psutil.Error:
            continue
    return found


def is_driver(process):
    try:
        return "train_job.py" in " ".join(process.cmdline())
    except psutil.ZombieProcess:
        return False


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


def killed_when(condition, victim, shell, dumps, *flags, run_id):
    """Start a job as an Airflow task does and kill a part of it; return what it wrote after that.

    Args:
        condition: whether the line that the job just wrote is the one to kill it after.
    """
    task = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    train, validation = dumps
    program = ("spark-submit", "--master", "local[2]", str(CHECKOUT / "tasks" / "train_job.py"))
    job = subprocess.Popen(
        [*program, "-t", train, "-v", validation, "--run-id", run_id, *flags],
        cwd=CHECKOUT,
        env={**shell.env, "GRAFT_TASK_PID": str(task.pid)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        if not any(condition(line) for line in job.stdout):
            pytest.fail("the job ended before it could be killed")
        before = made_models(shell)
        driver = next(p for p in running(shell) if p.ppid() == job.pid and is_driver(p))
        pids = {"jvm": job.pid, "driver": driver.pid, "airflow task": task.pid}
        os.kill(pids[victim], signal.SIGKILL)
        if victim == "airflow task":
            task.wait()
        rest = job.stdout.read()
        job.wait(timeout=30)
        assert job.returncode != 0
        assert wait_until(lambda: not running(shell), 15), running(shell)
    finally:
        task.kill()
        task.wait()
        job.kill()
    # Nothing is half-written.
    assert made_models(shell) == before
    assert not (shell.home.run(run_id) / "metrics.json").exists()
    return rest


def made_models(shell):
    return {path.name for path in shell.home.models.glob("[!.]*")}


def test_a_job_does_not_outlive_the_airflow_task(shell, dumps):
    killed_when(
        *(lambda line: "[Epoch 1 " in line, "airflow task", shell, dumps),
        *("-e", "1000", "--seed", "40"),
        run_id="without a task",
    )


@pytest.mark.parametrize(
    ("optimizer", "victim"), [("LocalOptimizer", "jvm"), ("DistriOptimizer", "driver")]
)
def test_a_killed_training_goes_on_from_its_last_snapshot(
    shell, dumps, undisturbed, optimizer, victim
):
    flags = LONG[optimizer]
    epochs = int(flags[3])

    def states():
        # They are written after the models that they belong to.
        return {p for kind in ("state.*", "optimM*.*") for p in shell.home.snapshots.rglob(kind)}

    before = states()
    rest = killed_when(
        *(lambda _: states() - before, victim, shell, dumps, *flags), run_id=f"killed {victim}"
    )
    assert "top-1 accuracy" not in rest

    ran = submit(shell, dumps, *flags, run_id=f"resumed {optimizer}")
    assert ran.status == 0, ran.output[-5000:]
    metrics = metrics_of(shell, f"resumed {optimizer}")
    assert metrics["features"]["train"]["reused"]
    assert metrics["plan"]["optimizer"] == optimizer
    (after,) = metrics["resumed_after_epochs"]
    assert f"training resumed after epoch {after} of {epochs}" in ran.output
    assert 1 <= after <= epochs
    assert [epoch["epoch"] for epoch in metrics["epochs"]] == list(range(1, epochs + 1))
    seconds = [epoch["seconds"] for epoch in metrics["epochs"]]
    assert min(seconds) > 0
    assert sum(seconds) == pytest.approx(metrics["epochs"][-1]["wall_clock_seconds"])
    model = model_of(shell, f"resumed {optimizer}")
    assert f"Training resumed after epoch {after}" in (model / "optimizer.log").read_text()
    # In place, the model needs no snapshots.
    assert not (shell.home.snapshots / model.name).exists()

    assert undisturbed[optimizer]["resumed_after_epochs"] == []
    # 40 validation records: one is 0.025, and the two shuffle differently.
    assert metrics["top1"] == pytest.approx(undisturbed[optimizer]["top1"], abs=0.2)
