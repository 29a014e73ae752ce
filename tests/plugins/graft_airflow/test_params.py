import re
from typing import Any

import pytest

from graft_airflow.params import dag_params
from tasks.errors import ParamsError
from tasks.networks.table import NETWORKS
from tasks.params.definitions import RunParams
from tasks.params.installation import default_params
from tasks.params.parser import parse

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


@pytest.fixture
def params() -> dict[str, Any]:
    return dag_params(RunParams())


def test_a_param_for_every_field(params: dict[str, Any]) -> None:
    assert set(params) == set(RunParams.model_fields)
    for name, param in params.items():
        field = RunParams.model_fields[name]
        assert param.value == field.default
        assert param.description.startswith(field.description)
        assert param.schema["title"] == field.title


def test_sections_come_in_order_and_whole(params: dict[str, Any]) -> None:
    sections = [param.schema["section"] for param in params.values()]
    assert list(dict.fromkeys(sections)) == [
        "Data",
        "Network",
        "Training",
        "Promotion",
        "Spark",
        "Run",
    ]
    order = {section: number for number, section in enumerate(dict.fromkeys(sections))}
    assert [order[section] for section in sections] == sorted(order[s] for s in sections)


def test_types_and_bounds(params: dict[str, Any]) -> None:
    schemas = {name: param.schema for name, param in params.items()}
    assert schemas["epochs"]["type"] == "number"
    assert (schemas["epochs"]["minimum"], schemas["epochs"]["maximum"]) == (1, 1000)
    # Two types: an input of text that takes 1e-4, and nothing but numbers.
    assert schemas["learning_rate"]["type"] == ["number", "integer"]
    assert "examples" not in schemas["learning_rate"]
    assert schemas["standardize"]["type"] == "boolean"
    assert schemas["dataset_url"]["type"] == "string"
    assert schemas["dataset_url"]["examples"]


def test_an_optional_param_may_be_left_empty(params: dict[str, Any]) -> None:
    param = params["dataset_sha256"]
    assert set(param.schema["type"]) == {"string", "null"}
    assert param.resolve() is None
    assert param.resolve("f" * 64) == "f" * 64


@pytest.mark.parametrize(("name", "value"), [("epochs", 1001), ("feature_engine", "torch")])
def test_what_the_form_keeps_to_is_enforced(params: dict[str, Any], name: str, value: Any) -> None:
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        params[name].resolve(value)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("epochs", 2.5, "epochs is 2.5, expected to be a valid integer"),
        ("learning_rate", 20, "learning_rate is 20, expected to be less than or equal to 10"),
        ("dataset_url", "flowers", "dataset_url is 'flowers', expected a URL such as"),
        ("dataset_sha256", "F" * 64, f"dataset_sha256 is '{'F' * 64}', expected 64 digits"),
        ("network", "vgg_17", "network is 'vgg_17', expected to be 'inception_v1', "),
        ("driver_memory", "much", "driver_memory is 'much', expected a size such as 4g"),
    ],
)
def test_what_it_cannot_say_no_to_is_left_to_the_first_step(
    params: dict[str, Any], name: str, value: Any, words: str
) -> None:
    """Airflow's form would say "Bad Request" and nothing else."""
    assert params[name].resolve(value) == value
    with pytest.raises(ParamsError, match=f"^{re.escape(words)}"):
        parse(RunParams, {name: value})


def test_defaults_are_valid(params: dict[str, Any]) -> None:
    for name, param in params.items():
        assert param.resolve() == RunParams.model_fields[name].default


@pytest.mark.parametrize("value", [1e-4, 1, 0.5])
def test_a_number_may_be_whole_or_not(params: dict[str, Any], value: float) -> None:
    assert params["learning_rate"].resolve(value) == value


def test_explanations_have_unit_bounds_and_an_example(params: dict[str, Any]) -> None:
    for name, field in RunParams.model_json_schema()["properties"].items():
        text = params[name].description
        choices = field.get("anyOf", [field])
        if any("minimum" in choice for choice in choices):
            unit = f" {field['unit']}" if "unit" in field else ""
            assert re.search(rf"From \S+ to \S+{unit}, ", text), name
        if field.get("type") != "boolean" and not {"enum", "const"} & set(field):
            assert "e.g. " in text.lower(), name


def test_the_source_comes_first(params: dict[str, Any]) -> None:
    assert next(iter(params)) == "source"
    assert params["source"].schema["enum"] == ["urls", "sample"]
    network = [name for name, param in params.items() if param.schema["section"] == "Network"]
    assert network[:2] == ["network", "checkpoint_url"]


def test_an_installation_sets_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAFT_PARAMS", '{"source": "sample", "epochs": 3}')
    params = dag_params(default_params())
    assert (params["source"].value, params["epochs"].value) == ("sample", 3)
    assert params["learning_rate"].value == 0.001


def test_a_choice_offers_every_value(params: dict[str, Any]) -> None:
    assert params["network"].schema["examples"] == [*NETWORKS, "file"]
    assert "enum" not in params["network"].schema
    assert params["network"].resolve("slim:inception_v4") == "slim:inception_v4"
    assert params["feature_engine"].schema["enum"] == ["auto", "bigdl", "tensorflow"]
