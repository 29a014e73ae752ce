from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graft_airflow.page_pipelines import asked_dag, asked_pipeline, known_pipelines, page_of
from support.registry import registered, write_registry
from tasks.storage.paths import Home


def request(path: dict[str, str] | None = None, **query: str) -> Any:
    return SimpleNamespace(path_params=path or {}, query_params=query)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (request(), "flowers"),
        (request(pipeline="birds"), "birds"),
        (request(pipeline=""), "flowers"),
        (request({"name": "birds"}), "birds"),
        # A query does not choose who may do what the path says.
        (request({"name": "birds"}, pipeline="owls"), "birds"),
        (request({"name": ""}, pipeline="owls"), ""),
        (request({"dag_id": "birds_transfer_learning"}, pipeline="owls"), "birds"),
        (request({"dag_id": "another"}, pipeline="owls"), "flowers"),
    ],
)
def test_the_path_goes_before_the_query(asked: Any, name: str) -> None:
    assert asked_dag(asked) == f"{name}_transfer_learning"


def test_the_pages_pipeline_is_the_querys() -> None:
    assert asked_pipeline(request(pipeline="birds")) == "birds"
    assert asked_pipeline(request()) == "flowers"
    assert (page_of("birds"), page_of("flowers")) == ("?pipeline=birds", "")


def test_known_are_those_with_a_file_or_a_registry(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GRAFT_PIPELINES", raising=False)
    assert known_pipelines(home) == ["flowers"]
    write_registry(home, [registered(1)], name="owls")
    folder = tmp_path / "pipelines"
    folder.mkdir()
    (folder / "birds.toml").write_text('[params]\nsource = "sample"\n')
    monkeypatch.setenv("GRAFT_PIPELINES", str(folder))
    assert known_pipelines(home) == ["flowers", "birds", "owls"]
