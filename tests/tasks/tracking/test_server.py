"""A server that has nothing yet, and one that is asked again."""

from typing import Any

import pytest

from tasks.tracking.server import Server


def test_the_experiment_has_the_models_name_or_the_one_that_is_set(
    store: str, client: Any, mlflow_quiet: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get_experiment(Server(store, "tulips").experiment).name == "tulips"
    assert Server(store, "tulips").experiment == Server(store, "tulips").experiment
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "mine")
    assert client.get_experiment(Server(store, "tulips").experiment).name == "mine"


def test_an_alias_of_nothing_is_taken_from_nothing(server: Server, client: Any) -> None:
    server.check()
    server.set_alias("champion", None)
    assert client.search_registered_models() == []
