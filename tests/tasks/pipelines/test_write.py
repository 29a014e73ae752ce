import tomllib
from pathlib import Path
from typing import Any

import pytest

from tasks.errors import ParamsError
from tasks.pipelines.folder import read_pipelines
from tasks.pipelines.pipeline import Pipeline, parse_pipeline
from tasks.pipelines.write import pipeline_text, write_pipeline

URL = {"dataset_url": "file:///data/birds"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the pipelines, which is not there yet."""
    monkeypatch.setenv("GRAFT_PIPELINES", str(tmp_path / "pipelines"))
    return tmp_path / "pipelines"


def test_what_is_written_is_read(folder: Path) -> None:
    path, made = write_pipeline("birds", {**URL, "epochs": 20, "test_share": 0.1}, "@daily")
    assert path == folder / "birds.toml"
    assert read_pipelines().pipelines == {"birds": made}
    assert (made.schedule, made.params.epochs, made.params.test_share) == ("@daily", 20, 0.1)
    assert "the DAG birds_transfer_learning" in path.read_text()


@pytest.mark.parametrize(
    "value", ['a"b', "a\\b", "ü \N{SMILING FACE WITH OPEN MOUTH}", "a\tb\nc", "\x00\x1f\x7f", "'"]
)
def test_any_text_is_one_of_toml(value: str) -> None:
    assert tomllib.loads(pipeline_text("birds", {"x": value}))["params"]["x"] == value


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "Birds"}, "name is 'Birds', expected"),
        ({"name": "../birds"}, r"name is '\.\./birds', expected"),
        ({"name": "flowers"}, "name is 'flowers', the built-in pipeline"),
        ({"params": {**URL, "epochs": 0}}, "params: epochs is 0, expected"),
        ({"schedule": "soon"}, "schedule is 'soon', expected"),
    ],
)
def test_what_is_wrong_is_not_written(folder: Path, given: dict[str, Any], message: str) -> None:
    with pytest.raises(ParamsError, match=f"^{message}"):
        write_pipeline(**{"name": "birds", "params": URL, **given})
    assert not folder.exists()


def test_a_name_that_is_taken(folder: Path) -> None:
    path, _ = write_pipeline("birds", URL)
    before = path.read_text()
    with pytest.raises(
        ParamsError, match=r"^.*/birds\.toml describes the pipeline 'birds' already"
    ):
        write_pipeline("birds", {**URL, "epochs": 3})
    path.rename(folder / "other.toml")
    with pytest.raises(
        ParamsError, match=r"^.*/other\.toml describes the pipeline 'birds' already"
    ):
        write_pipeline("birds", URL)
    assert (folder / "other.toml").read_text() == before


def test_without_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRAFT_PIPELINES")
    with pytest.raises(ParamsError, match=r"^GRAFT_PIPELINES is not set, expected the folder"):
        write_pipeline("birds", URL)


def test_params_that_are_none_are_left_out() -> None:
    text = pipeline_text("birds", {**URL, "min_accuracy": None})
    assert isinstance(parse_pipeline(text, "birds", {}), Pipeline)
    assert "min_accuracy =" not in text
