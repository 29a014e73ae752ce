"""The DAGs of a folder of pipelines as Airflow finds them: good, wrong and built-in ones."""

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tasks.storage.paths import CHECKOUT

DAGS = CHECKOUT / "dags"
ERRORS = DAGS / "pipeline_errors.py"
FLOWERS, BIRDS = "flowers_transfer_learning", "birds_transfer_learning"
NAMES = ("GRAFT_PARAMS", "GRAFT_SCHEDULE")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pipelines")
    (folder / "birds.toml").write_text(
        'schedule = "@daily"\n[params]\ndataset_url = "/data/birds"\nepochs = 20\n'
    )
    (folder / "bad.toml").write_text('[params]\ndataset_url = "/data/bad"\nepochs = 0\n')
    (folder / "no.toml").write_text("[params\n")
    return folder


@pytest.fixture(scope="module")
def bag(folder: Path) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    with pytest.MonkeyPatch.context() as patch:
        for name in NAMES:
            patch.delenv(name, raising=False)
        patch.setenv("GRAFT_PIPELINES", str(folder))
        return DagBag(DAGS)


def test_a_wrong_file_hides_no_dag(bag: Any) -> None:
    assert sorted(bag.dags) == [BIRDS, FLOWERS, "score_pictures"]


def test_wrong_files_are_an_import_error_of_a_file_without_dags(bag: Any, folder: Path) -> None:
    """Airflow starts no scheduled run of a DAG whose file has an import error."""
    assert list(bag.import_errors) == [str(ERRORS)]
    text = bag.import_errors[str(ERRORS)]
    assert f"{folder}/bad.toml: params: epochs is 0, expected to be greater" in text
    assert f"{folder}/no.toml: no TOML: Expected ']'" in text
    assert not [dag for dag in bag.dags.values() if dag.fileloc == str(ERRORS)]


def test_airflows_own_command_lists_the_error(folder: Path, tmp_path: Path) -> None:
    """From a data base into which Airflow has read the folder of the DAGs."""
    environ = {
        k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW") and k not in NAMES
    }

    def airflow(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [Path(sys.executable).parent / "airflow", *arguments],
            env={
                **environ,
                "AIRFLOW_HOME": str(tmp_path),
                "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
                "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
                "AIRFLOW__CORE__PLUGINS_FOLDER": str(CHECKOUT / "plugins"),
                "PYTHONPATH": str(CHECKOUT),
                "GRAFT_PIPELINES": str(folder),
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert airflow("db", "migrate").returncode == 0
    assert airflow("dags", "reserialize").returncode == 0
    ran = airflow("dags", "list-import-errors", "--output", "json")
    listed = re.search(r"^\[\s*\{.*", ran.stdout, re.MULTILINE | re.DOTALL)
    assert listed, ran.stderr
    (error,) = json.loads(listed[0])
    assert error["filepath"] == "pipeline_errors.py"
    assert "bad.toml: params: epochs is 0, expected" in error["error"]
    with contextlib.closing(sqlite3.connect(tmp_path / "airflow.db")) as base:
        found = base.execute("select dag_id, has_import_errors from dag order by dag_id").fetchall()
    assert found == [(BIRDS, 0), (FLOWERS, 0), ("score_pictures", 0)]


def test_a_pipeline_has_its_own_params_schedule_and_assets(bag: Any) -> None:
    birds, flowers = bag.dags[BIRDS], bag.dags[FLOWERS]
    assert (birds.params["dataset_url"], birds.params["epochs"]) == ("/data/birds", 20)
    assert flowers.params["epochs"] == 10
    assert birds.timetable.timetable.expression == "0 0 * * *"
    for name, dag in (("birds", birds), ("flowers", flowers)):
        (read,) = dag.get_task("download_dataset").inlets
        (made,) = dag.get_task("promote_model").outlets
        (followed,) = dag.timetable.asset_condition.objects
        assert (read.name, followed.name, made.name) == (
            f"{name}_dataset",
            f"{name}_dataset",
            f"{name}_model",
        )
        assert f"`{name}_model`" in dag.doc_md


def test_pipelines_have_the_steps_of_the_built_in_one(bag: Any) -> None:
    birds, flowers = bag.dags[BIRDS], bag.dags[FLOWERS]
    assert {task.task_id: task.downstream_task_ids for task in birds.tasks} == {
        task.task_id: task.downstream_task_ids for task in flowers.tasks
    }
    assert (birds.tags, birds.is_paused_upon_creation) == (flowers.tags, True)


def test_serialises(bag: Any) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    text = json.dumps(DagSerialization.to_dict(bag.dags[BIRDS]))
    assert DagSerialization.from_dict(json.loads(text)).dag_id == BIRDS


def test_parsing_reads_no_other_file_of_ones_own(folder: Path, tmp_path: Path) -> None:
    """By Python's audit of every file that is opened once Airflow and the plugin are imported."""
    program = (
        "import runpy, sys; import airflow.sdk, graft_airflow.steps\n"
        "runpy.run_path('dags/flowers_transfer_learning.py'); seen = []\n"
        "sys.addaudithook(lambda e, a: seen.append(str(a[0])) if e == 'open' else None)\n"
        "runpy.run_path('dags/flowers_transfer_learning.py')\n"
        "import json; print(json.dumps(seen))"
    )
    environ = {
        k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW") and k not in NAMES
    }
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CHECKOUT,
        env={
            **environ,
            "AIRFLOW_HOME": str(tmp_path),
            "PYTHONPATH": f"{CHECKOUT}:plugins",
            "GRAFT_PIPELINES": str(folder),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout.splitlines()[-1])
    code = (str(CHECKOUT / "dags"), "dags/", sys.prefix, sys.base_prefix)
    ours = [Path(path) for path in seen if not path.startswith(code)]
    assert sorted(ours) == sorted(folder.iterdir())
