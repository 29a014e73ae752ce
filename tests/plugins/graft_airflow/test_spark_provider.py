"""The import itself is looked at by tests/test_layers.py."""

import importlib
import sys

import pytest

from graft_airflow.spark_provider import lineage_is_on, without_module


@pytest.fixture(autouse=True)
def _nobody_turned_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE_DISABLED"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AIRFLOW__OPENLINEAGE__TRANSPORT", '{"type": "console"}'),
        ("AIRFLOW__OPENLINEAGE__CONFIG_PATH", "/etc/openlineage.yml"),
        ("OPENLINEAGE_URL", "http://marquez:5000"),
        ("OPENLINEAGE__TRANSPORT__TYPE", "console"),
    ],
)
def test_lineage_is_on_where_somebody_says_where_to(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    assert not lineage_is_on()
    monkeypatch.setenv(name, value)
    assert lineage_is_on()
    monkeypatch.setenv("OPENLINEAGE_DISABLED", "true")
    assert not lineage_is_on()


def test_an_airflow_without_the_provider_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENLINEAGE_URL", "http://marquez:5000")
    monkeypatch.setattr("graft_airflow.spark_provider.find_spec", lambda _: None)
    assert not lineage_is_on()


def test_a_module_can_be_imported_again_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with without_module("colorsys"), pytest.raises(ImportError, match="colorsys"):
        importlib.import_module("colorsys")
    assert importlib.import_module("colorsys").rgb_to_hsv


def test_a_module_that_is_imported_stays() -> None:
    with without_module("sys"):
        assert importlib.import_module("sys") is sys
