"""The words that ``make run`` hands to ``graft``."""

import os
import subprocess
from pathlib import Path

import pytest

from tasks.storage.paths import CHECKOUT

CONF = """{"dataset_url": "file:///a $b/$(shell exit)/$$/it's \\"${x}"}"""


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """A stand-in for ``graft`` that prints its arguments."""
    program = tmp_path / "graft"
    program.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    program.chmod(0o755)
    return program


def make_run(graft: Path, *variables: str, **environ: str) -> list[str]:
    # Whatever the state of .venv, it is not to be made.
    command = ["make", "--silent", "--old-file=.venv/.ready", "run", f"GRAFT={graft}"]
    ours = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    ran = subprocess.run(
        [*command, *variables],
        cwd=CHECKOUT,
        env={**ours, **environ},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.rstrip("\0").split("\0")


def test_a_conf_is_handed_on_as_it_is(words: Path) -> None:
    expected = ["run", "--source", "sample", "--conf", CONF]
    assert make_run(words, f"CONF={CONF}") == expected
    assert make_run(words, CONF=CONF) == expected


@pytest.mark.parametrize(
    "data",
    [
        *("/my $pictures/it's (mine)", "/data/my pictures", "~/it's", "$HOME/$(x)/`id`"),
        *('a"b', "s3://b/x?y=1&z#2", "a\\b;c"),
    ],
)
def test_so_is_the_data(data: str, words: Path) -> None:
    given = make_run(words, f"DATA={data}")
    assert given == ["run", "--source", "sample", "--data", data, "--conf", "{}"]
