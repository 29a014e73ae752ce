"""The job as ``graft convert --spark`` submits it."""

import os
import subprocess
import sys
from pathlib import Path

from support.sources import FILES, write_folder
from tasks.storage.paths import CHECKOUT


def convert(tmp_path: Path, master: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [str(Path(sys.executable).parent / "python"), "-m", "deploy.cli", "convert"]
    options = ["--spark", "--master", master, "--driver-memory", "1g"]
    # spark-submit prints the errors of the driver's Python, too, on its standard output.
    return subprocess.run(
        [*command, *arguments, *options],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], "GRAFT_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_pictures_become_a_data_set_on_a_cluster_and_a_second_call_is_refused(
    standalone_master: str, tmp_path: Path
) -> None:
    source = write_folder(tmp_path / "in", {**FILES, "rose/bad.jpg": b""})
    made = str(tmp_path / "made")
    ran = convert(
        tmp_path,
        standalone_master,
        str(source),
        made,
        "-p",
        "bad_pictures=skip",
        "-p",
        "max_bad=0.5",
    )
    assert ran.returncode == 0, ran.stdout
    assert "24 pictures of 3 classes in 2 shards: train " in ran.stdout
    assert "1 cannot be used" in ran.stdout
    assert "Traceback" not in ran.stdout
    again = convert(tmp_path, "local[2]", str(source), made)
    assert again.returncode == 2
    assert f"error: {made} is there already and not empty: name another folder" in again.stdout
    assert "Traceback" not in again.stdout
