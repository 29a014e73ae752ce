"""Graft's programs in processes of their own, without Graft's environment."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from support.python_programs import program

Ran = subprocess.CompletedProcess[str]

#: A ``spark-submit`` that writes its command line, a word a line.
ECHO = "#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n"


def run_job_alone(job: Path, folder: Path, *flags: str) -> Ran:
    """Run a job's file from another folder, as ``spark-submit`` starts it."""
    return subprocess.run(
        [sys.executable, job, *flags],
        cwd=folder,
        env={"GRAFT_HOME": str(folder / "home"), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
    )


def run_graft_alone(
    folder: Path,
    *arguments: str,
    spark_submit: str = ECHO,
    environ: Mapping[str, str] | None = None,
) -> Ran:
    """Run the command ``graft`` from a folder, with a stand-in for ``spark-submit``.

    Args:
        folder: also has the stand-in and GRAFT_HOME.
        arguments: of ``graft``.
        spark_submit: the stand-in's text.
        environ: variables beside those that it needs.
    """
    submit = folder / "bin" / "spark-submit"
    submit.parent.mkdir(exist_ok=True)
    submit.write_text(spark_submit)
    submit.chmod(0o755)
    given = {"GRAFT_HOME": str(folder / "home"), "STAND_INS": str(folder), **(environ or {})}
    return subprocess.run(
        [sys.executable, program("graft_with_stand_ins"), *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
    )
