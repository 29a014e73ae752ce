"""The commands that a user would give, below one GRAFT_HOME."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.environment import environment
from deploy.spark_conf_dir import write_spark_defaults
from support.python_programs import program
from tasks.spark.settings import TRAIN_JOB
from tasks.storage.paths import CHECKOUT, Home

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
    """Runs commands in Graft's environment.

    Attributes:
        home: the GRAFT_HOME.
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
        """Run a command to its end; ``extra`` are variables of its environment."""
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

    def python(self, name: str, *arguments: object) -> Ran:
        """Run one of the tests' programs."""
        return self(sys.executable, str(program(name)), *map(str, arguments))

    def make_run(self, conf: dict[str, Any] | None = None) -> Ran:
        """Do what ``make run`` does."""
        return self("graft", "run", "--conf", json.dumps(conf or {}))

    def dump(self, archive: Path, checkpoint: Path) -> list[str]:
        """Dump both splits; return where the dumps are.

        Args:
            archive: of a data set, or the folder of one that ``extract_dataset`` left.
            checkpoint: archive of one.
        """
        place = str(archive) if archive.is_dir() else archive.as_uri()
        ran = self.python("dump_both", place, checkpoint.as_uri())
        assert ran.status == 0, ran.output
        return ran.output.splitlines()[-2:]

    def submit(self, *arguments: str, master: str = "local[2]") -> Ran:
        """Submit the job by hand."""
        return self("spark-submit", "--master", master, str(TRAIN_JOB), *arguments)

    def metrics(self, run_id: str) -> dict[str, Any]:
        """Return what the job of a run wrote of its result."""
        return dict(json.loads((self.home.run(run_id) / "metrics.json").read_text()))

    def model(self, run_id: str) -> Path:
        """Return the folder of the model of a run."""
        return Path(self.metrics(run_id)["model"]["path"])
