import re

import pytest

from tasks.errors import ParamsError
from tasks.params.base import (
    CONNECTION,
    EXPECTED,
    MEMORY,
    MODEL_NAME,
    PLACE,
    PREPROCESSING,
    SHA256,
    URL,
    Params,
    sha256_field,
)
from tasks.params.parser import parse


class Model(Params):
    rate: float = 0.5
    digest: str | None = sha256_field("Archive SHA-256")


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (SHA256, ["0" * 64, "f" * 64], ["F" * 64, "0" * 63, "0" * 65, "g" * 64]),
        (
            URL,
            ["https://host/a", "file:///a", "s3a://b/c", "hdfs+x://n/a"],
            ["/a/b", "a b://c", "https:// a", "1a://b", "http://", "http://a b"],
        ),
        (
            PLACE,
            ["https://host/a", "/home/me/my pictures", "~/pictures", "/a"],
            ["a/b", "//me:secret@host/a", "/ a", "a?token=secret", "", "~", "/"],
        ),
        (PREPROCESSING, ["inception", "keras:tf", "none"], ["keras", "inception2", "None", ""]),
        (MODEL_NAME, ["flowers", "b-2_x", "x" * 100], ["Birds", "_b", "a/b", "", "x" * 101]),
        (MEMORY, ["1g", "512m"], ["0g", "4", "4G", "g", "1.5g", "4gb", "-1g"]),
    ],
)
def test_kinds_of_text(pattern: str, right: list[str], wrong: list[str]) -> None:
    assert all(re.search(pattern, text) for text in right)
    assert not any(re.search(pattern, text) for text in wrong)


def test_every_pattern_has_words() -> None:
    patterns = {SHA256, URL, PLACE, CONNECTION, MEMORY, MODEL_NAME, PREPROCESSING}
    assert set(EXPECTED) == patterns


def test_params_are_never_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(Model(), "rate", 1.0)  # noqa: B010 - mypy refuses the assignment, too


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("digest", "12ab", "digest is '12ab', expected 64 digits of 0 to 9 and a to f"),
        ("rate", float("inf"), "rate is inf, expected to be a finite number"),
        ("rates", 1, "unknown param 'rates': did you mean 'rate'?"),
    ],
)
def test_what_every_group_refuses(name: str, value: object, message: str) -> None:
    with pytest.raises(ParamsError) as caught:
        parse(Model, {name: value})
    assert str(caught.value) == message


def test_a_digest_is_optional_and_explained() -> None:
    assert parse(Model, {}).digest is None
    assert parse(Model, {"digest": "0" * 64}).digest == "0" * 64
    field = Model.model_fields["digest"]
    assert field.title == "Archive SHA-256"
    assert "sha256sum prints them" in str(field.description)
