"""Dockerfile and .dockerignore, without an engine."""

import re
import subprocess
import sys
from pathlib import Path

from tasks.storage.paths import CHECKOUT

TEXT = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8")
BINARIES = Path(sys.prefix) / "bin"


def copied() -> list[str]:
    """What is copied from the checkout, by the Dockerfile's lines."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", TEXT, re.M)
    return [path for line in lines for path in line.split()[:-1]]


def test_hadolint_finds_nothing() -> None:
    ran = subprocess.run([BINARIES / "hadolint", CHECKOUT / "Dockerfile"], capture_output=True)
    assert (ran.returncode, ran.stdout) == (0, b"")


def test_what_is_copied_is_there_and_not_ignored() -> None:
    ignore = (CHECKOUT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in ignore if line.startswith("!")}
    assert "*" in ignore
    assert {path.split("/")[0] for path in copied()} == allowed
    for path in copied():
        assert (CHECKOUT / path).exists(), path


def test_all_that_runs_is_copied() -> None:
    last = TEXT.rpartition("\nFROM ")[2]
    folders = {path.rstrip("/") for path in re.findall(r"^COPY (\S+/) \S+$", last, re.M)}
    assert folders == {"conf", "dags", "deploy", "jvm", "plugins", "scripts", "tasks"}


def test_the_lock_comes_before_the_sources() -> None:
    before, _, after = TEXT.partition('scripts/setup.sh "$UV_VERSION"')
    assert "COPY requirements.txt" in before
    assert re.findall(r"^COPY (\S+)/__init__.py \1/$", before, re.M) == ["deploy", "tasks"]
    assert "COPY tasks/ " not in before
    assert "COPY tasks/ " in after


def test_uv_is_the_makefiles() -> None:
    wanted = re.search(r"^UV_VERSION := (\S+)$", (CHECKOUT / "Makefile").read_text(), re.M)
    found = re.search(r"^ARG UV_VERSION=(\S+)$", TEXT, re.M)
    assert wanted
    assert found
    assert found[1] == wanted[1]


def test_runs_as_no_root_through_the_entrypoint() -> None:
    *_, user, entrypoint = TEXT.splitlines()
    assert user == "USER 50000:0"
    assert entrypoint == 'ENTRYPOINT ["/opt/graft/scripts/entrypoint.sh"]'
