"""The DAG through ``airflow dags test``: over HTTP, and with everything that can be wrong."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.http_server import serve_folder
from support.shell import Ran, Shell
from tasks.runs.record import DAG_ID, TASK_IDS, read_steps
from tasks.storage.paths import Home

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def served(
    cut_archive: Path, official_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a web server with the cut data set, the checkpoint and a broken file."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(cut_archive, folder / "flowers.tar.gz")
    shutil.copy(official_checkpoint, folder / "checkpoint.tar.gz")
    (folder / "page.tar.gz").write_text("<html>this is no archive</html>")
    with serve_folder(folder) as url:
        yield url


@pytest.fixture(scope="module")
def good(served: str) -> dict[str, Any]:
    return {
        "dataset_url": f"{served}/flowers.tar.gz",
        "checkpoint_url": f"{served}/checkpoint.tar.gz",
        "epochs": 2,
    }


@pytest.fixture(scope="module")
def migrated(shell: Shell) -> Shell:
    shell.home.airflow.mkdir(parents=True, exist_ok=True)
    ran = shell("airflow", "db", "migrate")
    assert ran.status == 0, ran.output
    return shell


def dags_test(shell: Shell, conf: dict[str, Any], **extra: str) -> Ran:
    return shell("airflow", "dags", "test", DAG_ID, "-c", json.dumps(conf), **extra)


def run_id_of(ran: Ran, home: Home) -> str:
    """Return the id of the run that Airflow tells of."""
    told = set(re.findall(r"manual__[\w:.+-]+", ran.output))
    (found,) = (run_id for run_id in told if home.run(run_id).exists())
    return str(found)


@pytest.fixture(scope="module")
def events_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the run of ``cut`` sends to lineage tools."""
    return tmp_path_factory.mktemp("lineage") / "events.jsonl"


@pytest.fixture(scope="module")
def cut(migrated: Shell, good: dict[str, Any], events_file: Path) -> Ran:
    transport = {"type": "file", "log_file_path": str(events_file), "append": True}
    ran = dags_test(migrated, good, AIRFLOW__OPENLINEAGE__TRANSPORT=json.dumps(transport))
    assert ran.status == 0, ran.output[-5000:]
    return ran


def test_a_cut_of_the_fixtures_over_http(migrated: Shell, cut: Ran) -> None:
    ran = cut
    assert "features: 200 of 200 images" in ran.output
    run_id = run_id_of(ran, migrated.home)
    run = migrated.home.run(run_id)
    metrics = migrated.metrics(run_id)
    assert metrics["records"] == {"train": 160, "validation": 40}
    steps = read_steps(migrated.home, run_id)
    assert [step.task_id for step in steps] == list(TASK_IDS)
    made = {step.task_id: Path(step.path) for step in steps}
    assert (made["train_classifier"] / "head.npz").is_file()
    assert made["report"] == run / "report.html"
    assert made["promote_model"] == migrated.home.registry / "flowers"
    assert "<h2>Confusion matrix</h2>" in (run / "report.html").read_text()


def test_lineage_leads_from_the_urls_to_the_champion(
    migrated: Shell, cut: Ran, events_file: Path, served: str
) -> None:
    events = [json.loads(line) for line in events_file.read_text().splitlines()]
    ended = {
        event["job"]["name"].removeprefix(f"{DAG_ID}."): event
        for event in events
        if event["eventType"] == "COMPLETE"
    }
    assert set(TASK_IDS) <= set(ended)

    def names(task_id: str, side: str) -> set[str]:
        found = {f"{each['namespace']}{each['name']}" for each in ended[task_id][side]}
        return {name.removeprefix(f"file{migrated.home.root}/") for name in found}

    # The asset on which the DAG is scheduled is an input, too.
    archive = f"{served}/flowers.tar.gz"
    assert names("download_dataset", "inputs") == {archive, "datasets/flowers"}
    assert names("fetch_checkpoint", "inputs") == {f"{served}/checkpoint.tar.gz"}
    reached = names("download_dataset", "inputs")
    for task_id in TASK_IDS:
        if names(task_id, "inputs") & reached:
            reached |= names(task_id, "outputs")
    assert {"models/flowers", "exports/flowers"} <= reached
    metrics = migrated.metrics(run_id_of(cut, migrated.home))
    assert ("registry/flowers" in reached) == metrics["promotion"]["promoted"]
    *_, model = ended["train_classifier"]["outputs"]
    facts = model["facets"]["graft_model"]
    assert facts["top1"] == metrics["top1"]
    assert facts["network"] == "inception_v1"
    assert model["facets"]["version"]["datasetVersion"] == metrics["model"]["digest"]
    decision = ended["promote_model"]["run"]["facets"]["graft_promotion"]
    assert decision["version"] == metrics["promotion"]["version"]
    records = ended["extract_dataset"]["outputs"][0]["outputFacets"]["outputStatistics"]
    assert records["rowCount"] == 200


#: What is wrong with a run's params, ``{served}`` being the server's address, and what is said.
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"epoch": 5}, "unknown param 'epoch': did you mean 'epochs'?"),
    ({"epochs": 0}, "Invalid input for param epochs: 0 is less than the minimum of 1"),
    ({"dataset_url": "{served}/gone.tar.gz"}, "404"),
    (
        {"dataset_url": "{served}/page.tar.gz"},
        "is an HTML page, perhaps of a login; expected a data set",
    ),
    ({"checkpoint_url": "{served}/flowers.tar.gz"}, "should hold one checkpoint"),
    ({"dataset_sha256": "0" * 64}, f"expected {'0' * 64}"),
]


@pytest.fixture(scope="module")
def failed(migrated: Shell, good: dict[str, Any], served: str) -> list[tuple[int, str]]:
    """Status and output of a run for each of ``WRONG``, by number."""
    filled = [json.dumps(wrong).replace("{served}", served) for wrong, _ in WRONG]
    confs = [json.dumps({**good, **json.loads(wrong)}) for wrong in filled]
    ran = migrated.python("run_dag", DAG_ID, *confs)
    assert ran.status == 0, ran.output[-5000:]
    parts = re.split(r"^=== ended with status (\d+)\n", ran.output, flags=re.M)
    outputs, statuses = parts[:-1:2], map(int, parts[1::2])
    return list(zip(statuses, outputs, strict=True))


@pytest.mark.parametrize("number", range(len(WRONG)), ids=[str(wrong) for wrong, _ in WRONG])
def test_bad_input_fails_at_once_with_one_clear_error(
    failed: list[tuple[int, str]], number: int
) -> None:
    status, output = failed[number]
    assert status == 1
    assert WRONG[number][1] in output


def test_a_missing_spark_connection_says_what_to_set(migrated: Shell, good: dict[str, Any]) -> None:
    ran = dags_test(migrated, good, AIRFLOW_CONN_SPARK_DEFAULT="")
    assert ran.status == 1
    assert "AIRFLOW_CONN_SPARK_DEFAULT=" in ran.output


def test_the_next_good_run_still_succeeds_and_reuses_everything(
    migrated: Shell, good: dict[str, Any]
) -> None:
    ran = dags_test(migrated, good)
    assert ran.status == 0, ran.output[-5000:]
    *made, report, promotion = read_steps(migrated.home, run_id_of(ran, migrated.home))
    assert all(step.reused for step in made)
    assert not report.reused
    assert not promotion.reused
