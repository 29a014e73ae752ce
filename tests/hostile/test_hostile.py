"""Inputs that want to do harm: each ends in success or in one visible line, in bounded memory."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile.cases import cases
from hostile.inputs import STRATEGIES
from tasks.storage.paths import CHECKOUT

Told = dict[str, tuple[str, float]]
#: Seconds that no case comes near, and that anything quadratic leaves far behind.
LONGEST = 30
HERE = Path(__file__).parent


def run(program: str, *arguments: object, timeout: float) -> str:
    ran = subprocess.run(
        [sys.executable, HERE / program, *map(str, arguments)],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": f"{CHECKOUT}{os.pathsep}{CHECKOUT / 'tests'}"},
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
    return ran.stdout


@pytest.mark.parametrize("kind", STRATEGIES)
def test_nothing_ends_but_in_success_or_in_one_of_our_errors(
    kind: str, examples: int, record_property: Callable[[str, object], None]
) -> None:
    counts = json.loads(run("fuzz.py", kind, examples, timeout=500))
    held = counts.get("taken", 0) + counts.get("refused", 0)
    record_property(
        "hostile",
        f"{kind:<9} {counts['tried']:>7,} tried, {held:>7,} held: "
        f"{counts.get('taken', 0):,} taken, {counts.get('refused', 0):,} refused",
    )
    assert held == counts["tried"] >= examples
    # Inputs of one sort alone would show little.
    assert counts["taken"]
    assert counts["refused"]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("hostile")
    for name, (data, _) in cases().items():
        (folder / name).write_bytes(data)
    return dict(json.loads(run("read_all.py", folder, timeout=300)))


def test_what_asks_for_gigabytes_or_hours_is_told_in_one_line(
    told: Told, record_property: Callable[[str, object], None]
) -> None:
    wrong = {}
    for name, (_, expected) in cases().items():
        message, seconds = told[name]
        if expected not in message or not message.isprintable() or seconds > LONGEST:
            wrong[name] = (message, seconds)
    tried = len(cases())
    record_property("hostile", f"{'cases':<9} {tried:>7,} tried, {tried - len(wrong):>7,} held")
    assert not wrong, "\n".join(f"{name}: {found}" for name, found in wrong.items())
