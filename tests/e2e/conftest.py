"""A GRAFT_HOME for the whole session and the commands a user would give."""

import functools
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tasks.environment import environment, write_spark_defaults
from tasks.paths import CHECKOUT, Home

#: What to do with the records of the first shard of each split.
Change = Callable[[Sequence[bytes]], Sequence[bytes]]

_RUN = re.compile(r"^Run (\S+)$", re.M)


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    status: int
    output: str

    @property
    def run_id(self) -> str:
        """The id of the DAG run in the closing summary."""
        found = _RUN.search(self.output)
        assert found, self.output[-3000:]
        return found[1]


@dataclass(frozen=True)
class Shell:
    """Runs commands in Graft's environment, below one GRAFT_HOME.

    Attributes:
        home: that GRAFT_HOME.
        spark_conf: what Spark's jobs are given beside Graft's own settings.
        variables: of the environment, beside Graft's own.
    """

    home: Home
    spark_conf: Mapping[str, str]
    variables: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Write what ``spark-submit`` needs."""
        with write_spark_defaults(self.home).open("a") as defaults:
            defaults.writelines(f"{name} {value}\n" for name, value in self.spark_conf.items())

    def at(self, home: Home, **variables: str) -> "Shell":
        """Return a shell below another GRAFT_HOME."""
        return Shell(home, self.spark_conf, variables)

    @property
    def env(self) -> dict[str, str]:
        """What ``source env.sh`` sets."""
        ours = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "SPARK_"))}
        given = {**ours, **self.home.environ(), **self.variables}
        return {**given, **environment(given)}

    def __call__(self, *command: str, **extra: str) -> Ran:
        ended = subprocess.run(
            command,
            cwd=CHECKOUT,
            env={**self.env, **extra},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
        )
        return Ran(ended.returncode, ended.stdout)

    def make_run(self, conf: dict[str, Any] | None = None) -> Ran:
        """Do what ``make run`` does."""
        return self(sys.executable, "-m", "tasks.run_local", "--conf", json.dumps(conf or {}))

    def dump(self, archive: Path, checkpoint: Path) -> list[str]:
        """Extract archives and dump both splits; return where the dumps are."""
        program = (
            "import sys; from tasks import pipeline; from tasks.config import RunParams; "
            "from tasks.paths import Home; home = Home.from_environ(); "
            "params = RunParams(dataset_url=sys.argv[1], checkpoint_url=sys.argv[2], "
            "dump_batch_size=4); archive = pipeline.download_dataset(params, home).path; "
            "data = pipeline.extract_dataset(archive, home).path; "
            "checkpoint = pipeline.fetch_checkpoint(params, home).path; "
            "[print(pipeline.dump(s, data, checkpoint, params, home).path) "
            "for s in ('train', 'validation')]"
        )
        ran = self(sys.executable, "-c", program, archive.as_uri(), checkpoint.as_uri())
        assert ran.status == 0, ran.output
        return ran.output.splitlines()[-2:]

    def submit(self, *arguments: str, master: str = "local[2]") -> Ran:
        """Submit the job by hand."""
        job = str(CHECKOUT / "tasks" / "train_job.py")
        return self("spark-submit", "--master", master, job, *arguments)


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory, short_lived_jvms: dict[str, str]) -> Shell:
    return Shell(Home(tmp_path_factory.mktemp("graft")), short_lived_jvms)


@pytest.fixture(scope="session")
def cut_fixtures(fixtures_folder: Path) -> Callable[[Path, Change], Path]:
    """Writes 200 records of the fixtures, changed, as an archive in a folder."""
    return functools.partial(_cut, fixtures_folder / "flowers.tar.gz")


@pytest.fixture(scope="session")
def cut_archive(cut_fixtures: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 records of the fixtures in the official layout: 32 in each training shard, 8 in each
    validation shard."""
    return cut_fixtures(tmp_path_factory.mktemp("cut"), lambda records: records)


def _cut(archive: Path, folder: Path, change: Change) -> Path:
    """Write the first records of every shard of an archive; ``change`` those of shard 0."""
    from tasks.tfrecord import read_records, write_records

    target = folder / "flowers.tar.gz"
    with tarfile.open(archive) as whole, tarfile.open(target, "w:gz") as small:
        for member in whole.getmembers():
            content = whole.extractfile(member)
            assert content is not None
            path = folder / member.name
            path.write_bytes(content.read())
            if path.suffix == ".tfrecord":
                wanted = 32 if "train" in path.name else 8
                records = list(read_records(path, 0, wanted))
                write_records(path, change(records) if "00000-of" in path.name else records)
            info = tarfile.TarInfo(member.name)
            info.size = path.stat().st_size
            small.addfile(info, io.BytesIO(path.read_bytes()))
    return target
