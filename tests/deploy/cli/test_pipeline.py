import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tasks.pipelines.folder import read_pipelines

Graft = Callable[..., Any]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the pipelines, which is not there yet."""
    monkeypatch.setenv("GRAFT_PIPELINES", str(tmp_path / "pipelines"))
    return tmp_path / "pipelines"


def test_new_writes_a_file_that_list_and_check_show(
    graft: Graft, folder: Path, tmp_path: Path
) -> None:
    data = tmp_path / "my birds"
    data.mkdir()
    ran = graft(
        *("pipeline", "new", "birds", "--data", str(data), "--schedule", "@daily"),
        *("-p", "epochs=20", "-p", "min_accuracy=0.8"),
    )
    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout.splitlines()[0] == f"{folder}/birds.toml"
    assert "graft run --pipeline birds" in ran.stdout
    made = read_pipelines().pipelines["birds"]
    assert (made.params.dataset_url, made.schedule) == (data.as_uri(), "@daily")
    assert (made.params.epochs, made.params.min_accuracy) == (20, 0.8)
    listed = json.loads(graft("pipeline", "list", "--json").stdout)
    assert [row["name"] for row in listed] == ["flowers", "birds"]
    assert listed[1]["dag_id"] == "birds_transfer_learning"
    lines = graft("pipeline", "list").stdout.splitlines()
    assert lines[2].split() == ["birds", "@daily", data.as_uri()]
    checked = graft("pipeline", "check")
    assert checked.exit_code == 0
    assert checked.stdout == f"ok  {folder}/birds.toml: birds_transfer_learning\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Birds", "--data", "/"], "name is 'Birds', expected"),
        (["birds", "--data", "/nowhere"], "dataset_url is '/nowhere' and there is nothing at"),
        (["birds", "--data", "/", "-p", "epoch=3"], "unknown param 'epoch': did you mean"),
        (["birds", "--data", "/", "--schedule", "soon"], "schedule is 'soon', expected a cron"),
    ],
)
def test_new_says_what_is_wrong(
    graft: Graft, folder: Path, arguments: list[str], message: str
) -> None:
    ran = graft("pipeline", "new", *arguments)
    assert ran.exit_code == 1
    assert ran.stderr.startswith(f"error: {message}")
    assert not folder.exists()


def test_a_wrong_file_is_told_and_the_others_are_listed(graft: Graft, folder: Path) -> None:
    folder.mkdir()
    (folder / "bad.toml").write_text("[params]\nepochs = 3\n")
    (folder / "good.toml").write_text('[params]\nsource = "sample"\n')
    for command in ("list", "check"):
        ran = graft("pipeline", command)
        assert ran.exit_code == 1
        assert "good" in ran.stdout
        assert ran.stderr.startswith(f"FIX {folder}/bad.toml: params.dataset_url is missing")


def test_check_without_files(graft: Graft, folder: Path) -> None:
    folder.mkdir()
    ran = graft("pipeline", "check")
    assert ran.exit_code == 1
    assert ran.stderr.startswith("error: no file to check, expected ")


def test_list_shows_no_password(graft: Graft, folder: Path) -> None:
    folder.mkdir()
    url = "https://me:secret@host/x.tar?token=abc"
    (folder / "birds.toml").write_text(f'[params]\ndataset_url = "{url}"\n')
    for arguments in ([], ["--json"]):
        text = graft("pipeline", "list", *arguments).stdout
        assert "https://***@host/x.tar?***" in text
        assert "secret" not in text


def test_doctor_and_report_know_pipelines(
    graft: Graft, folder: Path, write_run: Callable[..., Any]
) -> None:
    from deploy.checks.settings import check_pipelines
    from tasks.errors import SetupError

    with pytest.raises(SetupError, match="expected a folder that can be read"):
        check_pipelines({"GRAFT_PIPELINES": str(folder)})
    folder.mkdir()
    assert "no pipeline yet" in check_pipelines({"GRAFT_PIPELINES": str(folder)})
    (folder / "birds.toml").write_text('[params]\nsource = "sample"\n')
    assert check_pipelines({"GRAFT_PIPELINES": str(folder)}) == f"{folder}: birds"
    assert check_pipelines({}) == "not set; needed for more than one data set only"
    home = write_run("birds/manual__1")
    ran = graft("report", "--pipeline", "birds", "manual__1", GRAFT_HOME=str(home.root))
    assert ran.stdout == f"{home.report('birds/manual__1')}\n"


def test_a_run_of_an_unknown_pipeline_does_not_start(graft: Graft, tmp_path: Path) -> None:
    ran = graft("run", "--pipeline", "x", GRAFT_HOME=str(tmp_path), GRAFT_PIPELINES="")
    assert ran.exit_code == 2
    assert ran.stderr == "error: no pipeline 'x': known are flowers\n"
