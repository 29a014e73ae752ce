from pathlib import Path

import pytest

from support.slim_library import write_library
from tasks.errors import ParamsError, SetupError
from tasks.networks.slim_library import (
    check_name,
    library_digest,
    library_environ,
    library_folder,
    library_names,
    library_preprocessing,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_library(tmp_path / "slim")


def test_the_folder_is_that_of_slim_path(folder: Path) -> None:
    assert library_folder({"SLIM_PATH": str(folder)}) == folder


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("", r"^SLIM_PATH is not set, expected the folder research/slim of https://github\.com/"),
        ("/nowhere/slim", r"^SLIM_PATH is '/nowhere/slim', and there is no such folder$"),
        ("/", r"^SLIM_PATH is '/', which has no nets/nets_factory\.py; expected the folder "),
    ],
)
def test_a_folder_that_is_no_library(value: str, message: str) -> None:
    with pytest.raises(SetupError, match=message):
        library_folder({"SLIM_PATH": value})


def test_every_process_gets_an_absolute_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert library_environ({"SLIM_PATH": "~/slim"}) == {"SLIM_PATH": "/home/me/slim"}
    assert library_environ({"SLIM_PATH": "slim"}) == {"SLIM_PATH": f"{Path.cwd()}/slim"}
    assert library_environ({}) == {}


def test_names_and_preprocessing_are_read_and_nothing_is_run(folder: Path) -> None:
    assert library_names(folder)[:2] == ["i3d", "inception_broken"]
    assert library_preprocessing(folder)["mine"] == "vgg_preprocessing"
    (folder / "preprocessing" / "preprocessing_factory.py").unlink()
    assert library_preprocessing(folder) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def x(:", r"nets_factory\.py cannot be read: invalid syntax"),
        ("x = {}", r"nets_factory\.py has no table networks_map, expected names of networks$"),
    ],
)
def test_a_factory_that_cannot_be_read(folder: Path, text: str, message: str) -> None:
    (folder / "nets" / "nets_factory.py").write_text(text)
    with pytest.raises(SetupError, match=message):
        library_names(folder)


def test_a_name_that_the_library_does_not_have(folder: Path) -> None:
    check_name("slim:mine", folder)
    with pytest.raises(ParamsError) as caught:
        check_name("slim:vgg_flut", folder)
    assert str(caught.value) == (
        f"network is 'slim:vgg_flut', which is not in networks_map of {folder}: did you mean "
        "'slim:vgg_flat'?"
    )
    with pytest.raises(ParamsError, match=r": it has i3d, inception_broken, "):
        check_name("slim:0", folder)


def test_the_digest_is_that_of_the_code_without_its_tests(folder: Path) -> None:
    first = library_digest(folder)
    (folder / "nets" / "mini_test.py").write_text("")
    assert library_digest(folder) == first
    with (folder / "nets" / "mini.py").open("a") as stream:
        stream.write("# more\n")
    assert library_digest(folder) != first
