"""The plugin as Airflow's plugin manager finds it."""

import sys

import pytest

from graft_airflow import listener
from graft_airflow.pages import EXTERNAL_VIEWS, PREFIX
from tasks.storage.paths import CHECKOUT


def test_airflow_finds_one_plugin_and_nothing_else_in_the_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from airflow._shared.plugins_manager.plugins_manager import _load_plugins_from_plugin_directory

    monkeypatch.delitem(sys.modules, "graft_plugin", raising=False)
    plugins, problems = _load_plugins_from_plugin_directory(str(CHECKOUT / "plugins"))
    assert problems == {}
    assert [plugin.name for plugin in plugins] == ["graft"]
    assert plugins[0].external_views == EXTERNAL_VIEWS
    assert plugins[0].listeners == [listener]
    (app,) = plugins[0].fastapi_apps
    assert app["url_prefix"] == PREFIX
