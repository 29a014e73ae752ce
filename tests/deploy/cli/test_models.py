import getpass
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import python_programs
from support.trained import Model, write_trained
from tasks.params.promotion import PromotionParams
from tasks.registry.champion import FLOWERS, champion
from tasks.registry.history import read_registry
from tasks.registry.promote import promote_run
from tasks.storage.paths import Home

Graft = Callable[..., Any]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home of two versions, the first of them the champion."""
    home = Home(tmp_path)
    for run_id, right in (("good", 30), ("bad", 10)):
        write_trained(home, Model(run_id, [True] * right + [False] * (40 - right)))
        promote_run(home, FLOWERS, run_id, PromotionParams(), who="a run")
    return home


@pytest.fixture
def here(home: Home, graft: Graft) -> Graft:
    return lambda *arguments: graft(*arguments, GRAFT_HOME=str(home.root))


def test_models_are_a_table(here: Graft) -> None:
    ran = here("models")
    assert ran.exit_code == 0
    header, bad, good = ran.stdout.splitlines()
    assert header.split()[:2] == ["version", "alias"]
    assert bad.split()[:6] == ["2", "0.2500", "0.142", "to", "0.402", "40"]
    assert "bad; not promoted by a run: 0.2500 (95 %: 0.142 to 0.402) against 0.7500 (95 %: " in bad
    assert good.split()[:7] == ["1", "champion", "0.7500", "0.598", "to", "0.858", "40"]


def test_models_are_json(here: Graft) -> None:
    found = json.loads(here("models", "--json").stdout)
    assert [(each["number"], each["aliases"], each["accuracy"]) for each in found] == [
        (2, [], 0.25),
        (1, ["champion"], 0.75),
    ]


def test_there_is_none_yet(graft: Graft, tmp_path: Path) -> None:
    ran = graft("models", GRAFT_HOME=str(tmp_path / "new"))
    assert (ran.exit_code, ran.stdout) == (
        0,
        "flowers has no version yet: a run of the DAG makes one\n",
    )
    assert graft("models", "--json", GRAFT_HOME=str(tmp_path / "new")).stdout == "[]\n"


def test_promote_and_roll_back(here: Graft, home: Home) -> None:
    ran = here("promote", "2", "--why", "it is smaller")
    assert (ran.exit_code, ran.stdout) == (
        0,
        "version 2 is the champion of flowers: top-1 0.2500 (95 %: 0.142 to 0.402)\n",
    )
    last = read_registry(home, FLOWERS).events[-1]
    assert (last.who, last.why) == (getpass.getuser(), "it is smaller")
    ran = here("rollback")
    assert (ran.exit_code, ran.stdout) == (
        0,
        "version 1 is the champion of flowers again: top-1 0.7500 (95 %: 0.598 to 0.858); "
        "version 2 was rolled back\n",
    )
    now = champion(home)
    assert now is not None
    assert now.number == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("promote", "7"), "error: there is no version and no run '7': expected a version from 1"),
        (("promote", "good"), "error: version 1 is the champion already"),
        (("rollback",), "error: nothing to roll back to: no version was the champion before"),
        (("promote", "٢"), "error: there is no version and no run '٢'"),
        (
            ("promote", "--name", "birds", "good"),
            "error: the run 'good' belongs to the pipeline",
        ),
        (("models", "--name", "../x"), "error: the model's name is '../x', expected lower-case"),
        (("rollback", "--name", "birds"), "error: nothing to roll back: no version of birds was"),
    ],
)
def test_a_mistake_is_one_line(arguments: tuple[str, ...], message: str, here: Graft) -> None:
    ran = here(*arguments)
    assert ran.exit_code == 1
    assert ran.stderr.startswith(message)
    assert ran.stderr.count("\n") == 1


def test_needs_nothing_heavy(home: Home) -> None:
    ran = python_programs.run("graft_imports", "promote", "2", GRAFT_HOME=str(home.root))
    assert ran.returncode == 0, ran.stderr
    imported = {name.split(".")[0] for name in json.loads(ran.stdout.splitlines()[-1])}
    assert not {"airflow", "bigdl", "numpy", "pyspark", "tensorflow"} & imported


def test_a_promotion_stands_where_mlflow_is_not_told(graft: Graft, home: Home) -> None:
    ran = graft("promote", "2", GRAFT_HOME=str(home.root), MLFLOW_TRACKING_URI="mlflow")
    assert ran.exit_code == 0
    assert "warning: MLflow's aliases are not in step: MLFLOW_TRACKING_URI is 'mlflow'" in (
        " ".join(ran.stderr.split())
    )
    assert champion(home) == read_registry(home, FLOWERS).versions[2]
