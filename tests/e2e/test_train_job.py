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

from tasks.dataset import IMAGE_ENCODED, LABEL
from tasks.export import load_head
from tasks.features.parity import relative_difference
from tasks.features.store import feature_files, feature_matrix, read_features, read_tables
from tasks.paths import CHECKOUT
from tasks.sample_dataset import encode_example

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


def test_the_original_command_line_trains(shell, dumps):
    ran = submit(shell, dumps, "-b", "15", "-e", "3", run_id="original")
    assert ran.status == 0, ran.output[-5000:]
    assert "batch size 15 -> 16, a multiple of 2 cores" in ran.output
    assert ran.output.count("Top1Accuracy is Accuracy(") == 3
    metrics = metrics_of(shell, "original")
    assert metrics["records"] == {"train": 160, "validation": 40}
    assert metrics["plan"]["batch_size"] == 16


def test_a_seed_gives_the_same_head_twice(shell, dumps):
    heads = []
    for run_id in ("seed-once", "seed-again"):
        ran = submit(shell, dumps, "-e", "2", "--seed", "7", "--force", "true", run_id=run_id)
        assert ran.status == 0, ran.output[-5000:]
        assert not metrics_of(shell, run_id)["model"]["reused"]
        heads.append(load_head(model_of(shell, run_id) / "head.npz")[0])
    np.testing.assert_array_equal(heads[0].weight, heads[1].weight)
    np.testing.assert_array_equal(heads[0].bias, heads[1].bias)


def test_a_cluster_trains_as_well_as_one_machine(shell, dumps):
    """A bound of 0 MiB makes the distributed optimiser train, as it would on a cluster."""
    ran = submit(shell, dumps, "-e", "4", "-b", "32", "--max-local-mib", "0", run_id="distributed")
    assert ran.status == 0, ran.output[-5000:]
    local = submit(shell, dumps, "-e", "4", "-b", "32", run_id="local")
    assert local.status == 0, local.output[-5000:]
    distributed = metrics_of(shell, "distributed")
    assert distributed["plan"]["optimizer"] == "DistriOptimizer"
    assert len(distributed["epochs"]) == 4
    # 40 validation records: one is 0.025, and the two shuffle differently.
    expected = metrics_of(shell, "local")["top1"]
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


def test_both_engines_give_the_same_data_set(shell, dumps, other_engine):
    ran = submit(shell, dumps, "-e", "3", run_id="bigdl")
    assert ran.status == 0, ran.output[-5000:]
    for split in ("train", "validation"):
        paths = [metrics_of(shell, run)["features"][split] for run in ("bigdl", "tensorflow")]
        ours, theirs = (read_tables(*feature_files(Path(p["path"]))) for p in paths)
        assert_same_rows(ours, theirs)
    top1 = [metrics_of(shell, run)["top1"] for run in ("bigdl", "tensorflow")]
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


def test_parity_can_be_left_out(shell, dumps):
    flags = ("--parity-records", "0", "--force", "true")
    ran = submit(shell, dumps, "-e", "1", *flags, run_id="unchecked")
    assert ran.status == 0, ran.output[-5000:]
    assert metrics_of(shell, "unchecked")["parity"] is None
    assert "check_parity" not in ran.output


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
        "from tasks.bigdl_jvm import save_tensors; from tasks.checkpoint import read_weights; "
        "weights = dict(read_weights(Path(sys.argv[1]))); "
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


@pytest.mark.parametrize("victim", ["jvm", "driver", "airflow task"])
def test_a_kill_leaves_no_process_and_nothing_half_written(shell, dumps, victim):
    parent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    train, validation = dumps
    job = subprocess.Popen(
        [
            "spark-submit",
            "--master",
            "local[2]",
            str(CHECKOUT / "tasks" / "train_job.py"),
            "-t",
            train,
            "-v",
            validation,
            "-e",
            "1000",
            "--run-id",
            f"kill {victim}",
            "--seed",
            str(["jvm", "driver", "airflow task"].index(victim) + 100),
        ],
        cwd=CHECKOUT,
        env={**shell.env, "GRAFT_TASK_PID": str(parent.pid)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for line in job.stdout:
            if "[Epoch 1 " in line:
                break
        else:
            pytest.fail("the job did not get to its first epoch")
        before = {p.name for p in shell.home.models.iterdir() if not p.name.startswith(".")}
        driver = next(p for p in running(shell) if p.ppid() == job.pid and is_driver(p))
        target = {"jvm": job.pid, "driver": driver.pid, "airflow task": parent.pid}[victim]
        os.kill(target, signal.SIGKILL)
        parent.kill()
        parent.wait()
        job.stdout.read()
        job.wait(timeout=30)
        assert job.returncode != 0
        assert wait_until(lambda: not running(shell), 15), running(shell)
    finally:
        parent.kill()
        job.kill()
    after = {p.name for p in shell.home.models.iterdir() if not p.name.startswith(".")}
    assert after == before
    assert not (shell.home.run(f"kill {victim}") / "metrics.json").exists()


def test_the_next_run_after_a_kill_succeeds(shell, dumps):
    ran = submit(shell, dumps, "-e", "2", "--seed", "100", run_id="after the kills")
    assert ran.status == 0, ran.output[-5000:]
    assert metrics_of(shell, "after the kills")["features"]["train"]["reused"]


@pytest.mark.parametrize(
    ("optimizer", "flags"),
    [
        ("LocalOptimizer", ("-e", "600", "-b", "16")),
        ("DistriOptimizer", ("-e", "40", "-b", "32", "--max-local-mib", "0")),
    ],
)
def test_a_killed_training_goes_on_from_its_last_snapshot(shell, dumps, optimizer, flags):
    train, validation = dumps
    given = ("-t", train, "-v", validation, "--seed", "41", *flags)
    epochs = int(flags[1])

    def states():
        # They are written after the models that they belong to.
        return {p for kind in ("state.*", "optimM*.*") for p in shell.home.snapshots.rglob(kind)}

    before = states()
    job = subprocess.Popen(
        ["spark-submit", "--master", "local[2]", str(CHECKOUT / "tasks" / "train_job.py"), *given],
        cwd=CHECKOUT,
        env=shell.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        for _ in job.stdout:
            if states() - before:
                break
        driver = next(p for p in running(shell) if p.ppid() == job.pid and is_driver(p))
        driver.kill()
        rest = job.stdout.read()
        job.wait(timeout=30)
        assert "top-1 accuracy" not in rest
        assert wait_until(lambda: not running(shell), 15), running(shell)
    finally:
        job.kill()

    ran = submit(shell, dumps, "--seed", "41", *flags, run_id=f"resumed {optimizer}")
    assert ran.status == 0, ran.output[-5000:]
    metrics = metrics_of(shell, f"resumed {optimizer}")
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

    again = submit(shell, dumps, "--seed", "41", "--force", "true", *flags, run_id="undisturbed")
    assert again.status == 0, again.output[-5000:]
    undisturbed = metrics_of(shell, "undisturbed")
    assert undisturbed["resumed_after_epochs"] == []
    # 40 validation records: one is 0.025, and the two shuffle differently.
    assert metrics["top1"] == pytest.approx(undisturbed["top1"], abs=0.2)
