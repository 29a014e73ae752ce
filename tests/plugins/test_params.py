from typing import Any

import pytest

from graft_airflow.params import dag_params
from tasks.config import RunParams

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


@pytest.fixture
def params() -> dict[str, Any]:
    return dag_params()


def test_a_param_for_every_field(params: dict[str, Any]) -> None:
    assert set(params) == set(RunParams.model_fields)
    for name, param in params.items():
        field = RunParams.model_fields[name]
        assert param.value == field.default
        assert param.description == field.description
        assert param.schema["title"] == field.title


def test_sections_come_in_order_and_whole(params: dict[str, Any]) -> None:
    sections = [param.schema["section"] for param in params.values()]
    assert list(dict.fromkeys(sections)) == ["Input", "Features", "Training", "Spark", "Run"]
    order = {section: number for number, section in enumerate(dict.fromkeys(sections))}
    assert [order[section] for section in sections] == sorted(order[s] for s in sections)


def test_types_and_bounds(params: dict[str, Any]) -> None:
    schemas = {name: param.schema for name, param in params.items()}
    assert schemas["epochs"]["type"] == "integer"
    assert (schemas["epochs"]["minimum"], schemas["epochs"]["maximum"]) == (1, 1000)
    assert schemas["learning_rate"]["type"] == "number"
    assert schemas["standardize"]["type"] == "boolean"
    assert schemas["dataset_url"]["type"] == "string"
    assert schemas["dataset_url"]["pattern"]


def test_an_optional_param_may_be_left_empty(params: dict[str, Any]) -> None:
    param = params["dataset_sha256"]
    assert set(param.schema["type"]) == {"string", "null"}
    assert param.resolve() is None
    assert param.resolve("f" * 64) == "f" * 64


@pytest.mark.parametrize(("name", "value"), [("epochs", 1001), ("dataset_sha256", "F" * 64)])
def test_bounds_are_enforced(params: dict[str, Any], name: str, value: Any) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        params[name].resolve(value)


def test_defaults_are_valid(params: dict[str, Any]) -> None:
    for name, param in params.items():
        assert param.resolve() == RunParams.model_fields[name].default


def test_a_choice_offers_every_value(params: dict[str, Any]) -> None:
    assert params["feature_engine"].schema["enum"] == ["bigdl", "tensorflow"]
