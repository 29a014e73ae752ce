"""Paths as URLs; what ``graft run`` makes of them is in tests/deploy/test_run_params.py."""

from pathlib import Path

import pytest

from tasks.errors import ParamsError
from tasks.params.definitions import RunParams
from tasks.params.parser import parse
from tasks.params.places import path_as_url, with_urls


def test_a_path_that_exists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "it's a #1").touch()
    for path in ("it's a #1", "~/it's a #1", f"{tmp_path}/it's a #1", "gone/../it's a #1/"):
        assert path_as_url("x", path) == f"{tmp_path.as_uri()}/it%27s%20a%20%231"


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert path_as_url("x", str(tmp_path / "link")) == f"{tmp_path.as_uri()}/link"


@pytest.mark.parametrize("value", ["s3://b/x", "zip://a::file:///b.zip", "file:///gone", "", 5])
def test_what_is_no_path_stays(value: object) -> None:
    assert path_as_url("x", value) == value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("/nowhere/x", r"^y_url is '/nowhere/x' and there is nothing at '/nowhere/x', expected a"),
        ("a\0b", r"^y_url is 'a\\x00b' and there is nothing at '/.*a\\x00b', expected a folder"),
        ("//me:secret@host", r"^y_url is no URL and there is nothing at that path, expected a"),
    ],
)
def test_a_path_with_nothing_there(value: str, message: str) -> None:
    with pytest.raises(ParamsError, match=message) as error:
        with_urls({"y_url": value})
    assert "secret" not in str(error.value)


def test_only_places_are_converted() -> None:
    assert with_urls({"a_url": "/", "b": "/"}) == {"a_url": "file:///", "b": "/"}


@pytest.mark.parametrize("name", ["dataset_url", "checkpoint_url"])
def test_the_form_takes_an_absolute_path_and_no_relative_one(name: str) -> None:
    assert getattr(parse(RunParams, {name: "/data/a b"}), name) == "/data/a b"
    with pytest.raises(ParamsError, match=rf"^{name} is 'data/a', expected a URL such as .* or a"):
        parse(RunParams, {name: "data/a"})


def test_a_checkpoint_is_named_without_the_ending_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "model.ckpt-5.index").touch()
    place = str(tmp_path / "model.ckpt-5")
    assert path_as_url("checkpoint_url", place) == f"{tmp_path.as_uri()}/model.ckpt-5"
    with pytest.raises(ParamsError, match="there is nothing at"):
        path_as_url("dataset_url", place)


def test_the_list_to_exclude_is_a_place_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.txt").touch()
    assert with_urls({"exclude": "list.txt"}) == {"exclude": (tmp_path / "list.txt").as_uri()}
