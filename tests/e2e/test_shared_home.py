"""Features where executors find them: resumed after a kill, here and on another file system."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.standalone import standalone
from support.shell import Shell
from support.viewfs import ViewFs
from tasks.features.store import read_tables
from tasks.models.export import load_head
from tasks.spark.settings import TRAIN_JOB
from tasks.storage.locations import RemotePath
from tasks.storage.paths import CHECKOUT, Home

pytestmark = pytest.mark.e2e

#: Where the dumps of both splits are, that of training first.
Dumps = list[str]
Metrics = dict[str, Any]


@pytest.fixture(scope="module")
def reference(shell: Shell, cut_archive: Path, official_checkpoint: Path) -> tuple[Dumps, Metrics]:
    """Dumps and a run on the local home that nothing disturbs."""
    dumps = shell.dump(cut_archive, official_checkpoint)
    return dumps, train(shell, dumps, "undisturbed")


@pytest.fixture(scope="module")
def store(viewfs: ViewFs) -> Path:
    """Where the files of the other file system are."""
    return viewfs.store


@pytest.fixture(scope="module")
def remote(shell: Shell, viewfs: ViewFs, tmp_path_factory: pytest.TempPathFactory) -> Shell:
    """A shell whose GRAFT_HOME is a URL."""
    return remote_shell(shell, viewfs, tmp_path_factory.mktemp("graft local"), "artefacts")


def remote_shell(shell: Shell, viewfs: ViewFs, local: Path, name: str) -> Shell:
    home = Home(local, RemotePath(f"{viewfs.url}/{name}"))
    return shell.at(home, HADOOP_CONF_DIR=str(viewfs.conf))


@pytest.fixture(scope="module")
def remote_dumps(remote: Shell, cut_archive: Path, official_checkpoint: Path) -> Dumps:
    return remote.dump(cut_archive, official_checkpoint)


def train(
    shell: Shell, dumps: Dumps, run_id: str, *flags: str, master: str = "local[2]"
) -> Metrics:
    """Train; return the run's metrics and, as ``output``, what the job wrote."""
    arguments = ("-t", dumps[0], "-v", dumps[1], "-e", "2", "--run-id", run_id, *flags)
    ran = shell.submit(*arguments, master=master)
    assert ran.status == 0, ran.output[-5000:]
    return {**shell.metrics(run_id), "output": ran.output}


def rows_of(metrics: Metrics, split: str, store: Path | None = None) -> dict[str, Any]:
    """Return a split's rows by the name of their file; nothing but the manifest is beside them.

    Not the files' bytes: a JVM writes the set of a column's encodings in an order of its own.
    """
    path = metrics["features"][split]["path"]
    folder = Path(path.replace("viewfs://graft/home", str(store)) if store else path)
    files = {f.name: f for f in folder.iterdir() if not f.name.endswith(".crc")}
    assert json.loads(files.pop("artifact.json").read_text())["recipe"]["split"] == split
    return {name: read_tables(file) for name, file in files.items()}


def killed_while_extracting(shell: Shell, dumps: Dumps, folder: Path) -> dict[str, int]:
    """Start a job, kill its JVM when a third of the features is there.

    Returns:
        When each file of features that is there was written, by its name.
    """
    program = ("spark-submit", "--master", "local[2]", TRAIN_JOB)
    job = subprocess.Popen(
        [*program, "-t", dumps[0], "-v", dumps[1], "-e", "2", "--run-id", "killed"],
        cwd=CHECKOUT,
        env=shell.env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while job.poll() is None and len(list(folder.glob("*/*.parquet"))) < 5:
            time.sleep(0.02)
        os.kill(job.pid, signal.SIGKILL)
        job.wait(timeout=30)
    finally:
        job.kill()
    assert not list(folder.glob("*/artifact.json"))
    return {f.name: f.stat().st_mtime_ns for f in folder.glob("*/*.parquet")}


def assert_resumed(
    metrics: Metrics, reference: Metrics, before: dict[str, int], folder: Path
) -> None:
    """What was there is not written again, and the result is that of an undisturbed run."""
    assert "images were there already" in metrics["output"]
    assert "features: 200 of 200 images" in metrics["output"]
    after = {f.name: f.stat().st_mtime_ns for f in folder.glob("*/*.parquet")}
    assert 0 < len(before) < len(after)
    assert {name: after[name] for name in before} == before
    assert metrics["epochs"][-1]["top1"] == reference["epochs"][-1]["top1"]


def assert_same_head(metrics: Metrics, expected: Metrics) -> None:
    paths = [Path(m["model"]["path"]) / "head.npz" for m in (metrics, expected)]
    ours, theirs = (load_head(path)[0] for path in paths)
    np.testing.assert_array_equal(ours.weight, theirs.weight)
    np.testing.assert_array_equal(ours.bias, theirs.bias)


def test_a_kill_while_features_are_made_loses_none(
    shell: Shell, reference: tuple[Dumps, Metrics], tmp_path: Path
) -> None:
    dumps, expected = reference
    other = shell.at(Home(tmp_path / "graft"))
    before = killed_while_extracting(other, dumps, other.home.features)
    # Other cores cut no other chunks.
    metrics = train(other, dumps, "resumed", master="local[3]")
    assert_resumed(metrics, expected, before, other.home.features)
    for split in ("train", "validation"):
        assert rows_of(metrics, split) == rows_of(expected, split)


def test_dumps_are_published_with_their_data_set(remote_dumps: Dumps, store: Path) -> None:
    for dump in remote_dumps:
        assert dump.startswith("viewfs://graft/home/artefacts/dumps/")
        folder = store / "artefacts" / "dumps" / dump.rpartition("/")[2]
        shards = json.loads((folder / "pipeline.json").read_text())["shards"]
        assert shards
        assert all(s["path"].startswith("viewfs://graft/home/artefacts/datasets/") for s in shards)
        assert shards[0]["path"].encode() in (folder / "model.pb").read_bytes()


def test_a_second_dump_publishes_nothing(
    remote: Shell,
    remote_dumps: Dumps,
    cut_archive: Path,
    official_checkpoint: Path,
    store: Path,
) -> None:
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*")}
    assert remote.dump(cut_archive, official_checkpoint) == remote_dumps
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*")} == before


def test_a_killed_job_is_resumed_on_another_file_system(
    remote: Shell, remote_dumps: Dumps, reference: tuple[Dumps, Metrics], store: Path
) -> None:
    folder = store / "artefacts" / "features"
    before = killed_while_extracting(remote, remote_dumps, folder)
    expected = reference[1]
    metrics = train(remote, remote_dumps, "resumed")
    assert_resumed(metrics, expected, before, folder)
    for split in ("train", "validation"):
        assert rows_of(metrics, split, store) == rows_of(expected, split)
    assert_same_head(metrics, expected)
    assert metrics["parity"]["records"] >= 40
    assert not list(remote.home.root.glob("features/*/"))
    assert not list((store / "artefacts").glob("parity/*"))


def test_the_next_run_finds_everything(remote: Shell, remote_dumps: Dumps) -> None:
    assert train(remote, remote_dumps, "found")["model"]["reused"]
    forced = train(remote, remote_dumps, "forced", "--force", "true")
    assert not forced["model"]["reused"]
    assert all(features["reused"] for features in forced["features"].values())


@pytest.fixture(scope="module")
def master(shell: Shell) -> Iterator[str]:
    """The URL of a cluster of two cores on the loopback, which knows nothing of viewfs."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in shell.env.items():
            patch.setenv(name, value)
        with standalone(workers=2, memory="1g") as cluster:
            yield cluster.master


@pytest.mark.parametrize("engine", ["bigdl", "tensorflow"])
def test_executors_of_a_cluster_need_no_configuration_of_their_own(
    engine: str,
    shell: Shell,
    viewfs: ViewFs,
    master: str,
    remote_dumps: Dumps,
    reference: tuple[Dumps, Metrics],
    tmp_path: Path,
) -> None:
    """Both engines run there, as the parity check sees to."""
    cluster = remote_shell(shell, viewfs, tmp_path / "local", f"of the cluster, {engine}")
    spark = ("--executor-cores", "1", "--total-executor-cores", "2", "--executor-memory", "1g")
    ran = cluster(
        *("spark-submit", "--master", master, "--conf", "spark.driver.host=127.0.0.1", *spark),
        *(str(TRAIN_JOB), "-t", remote_dumps[0], "-v", remote_dumps[1]),
        *("-e", "1", "-b", "64", "--run-id", "cluster", "--feature-engine", engine),
        SPARK_LOCAL_IP="127.0.0.1",
    )
    assert ran.status == 0, ran.output[-5000:]
    assert "DistriOptimizer: master spark://" in ran.output
    other = {"bigdl": "tensorflow", "tensorflow": "bigdl"}[engine]
    assert f"check_parity: {engine} and {other} agree on 40 records" in ran.output
    metrics = cluster.metrics("cluster")
    if engine == "bigdl":
        for split in ("train", "validation"):
            assert rows_of(metrics, split, viewfs.store) == rows_of(reference[1], split)
