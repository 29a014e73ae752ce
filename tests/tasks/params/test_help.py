import pytest
from pydantic import BaseModel, Field

from tasks.params.definitions import JobConfig, RunParams
from tasks.params.help import model_help, param_help


class Model(BaseModel):
    whole: int = Field(
        1,
        ge=1,
        le=8192,
        description="So many.",
        examples=[32],
        json_schema_extra={"unit": "records"},
    )
    small: float = Field(0.1, ge=1e-6, le=0.9999, description="A rate.", examples=[1e-4, 2.5e-5])
    upwards: int = Field(0, ge=0, description="At least.")
    text: str = Field("4g", description="Memory.", examples=["4g", "512m"])
    empty: int | None = Field(None, ge=1, le=9, description="Maybe.")
    plain: bool = Field(True, description="Or not.")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("whole", "So many. From 1 to 8,192 records, e.g. 32."),
        ("small", "A rate. From 1e-6 to 0.9999, e.g. 1e-4 or 2.5e-5."),
        ("upwards", "At least. From 0 up."),
        ("text", "Memory. E.g. 4g or 512m."),
        ("empty", "Maybe. From 1 to 9."),
        ("plain", "Or not."),
    ],
)
def test_meaning_unit_bounds_and_example(name: str, text: str) -> None:
    assert param_help(Model.model_json_schema()["properties"][name]) == text


@pytest.mark.parametrize("model", [RunParams, JobConfig])
def test_every_param_has_one(model: type[BaseModel]) -> None:
    for schema in model.model_json_schema()["properties"].values():
        assert len(param_help(schema)) > 20


def test_a_models_help_ends_with_the_defaults() -> None:
    class Given(Model):
        needed: str = Field(description="No way without.")

    texts = model_help(Given)
    assert list(texts) == list(Given.model_fields)
    assert texts["whole"] == "So many. From 1 to 8,192 records, e.g. 32. (default: 1)"
    assert texts["empty"] == "Maybe. From 1 to 9. (default: empty)"
    assert texts["needed"] == "No way without. (required)"
