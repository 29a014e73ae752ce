import os
import re
from pathlib import Path

import pytest

from tasks.errors import ParamsError
from tasks.pipelines.folder import (
    MOST_BYTES,
    MOST_FILES,
    Pipelines,
    find_pipeline,
    read_pipeline,
    read_pipelines,
)
from tasks.pipelines.pipeline import built_in

BIRDS = '[params]\ndataset_url = "/data/birds"\n'


def write(folder: Path, **texts: str) -> dict[str, str]:
    """Write files by their names without the ending; return the environment that names them."""
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text)
    return {"GRAFT_PIPELINES": str(folder)}


@pytest.mark.parametrize("environ", [{}, {"GRAFT_PIPELINES": ""}, {"GRAFT_PIPELINES": " "}])
def test_without_a_folder_there_are_none(environ: dict[str, str]) -> None:
    assert read_pipelines(environ) == Pipelines({}, {}, ())


def test_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    environ = write(tmp_path, b=BIRDS, c=BIRDS, a=f'name = "z"\n{BIRDS}')
    found = read_pipelines(environ)
    assert list(found.files) == list(found.pipelines) == ["z", "b", "c"]
    assert found.files["z"] == tmp_path / "a.toml"
    assert found.problems == ()


def test_a_wrong_file_is_named_and_hides_no_other(tmp_path: Path) -> None:
    environ = write(tmp_path, a=BIRDS, b="[params]\nepochs = 3", c=BIRDS, d=f"{BIRDS}epochs = 0")
    found = read_pipelines(environ)
    assert list(found.pipelines) == ["a", "c"]
    first, second = found.problems
    assert first.startswith(f"{tmp_path}/b.toml: params.dataset_url is missing, expected")
    assert second.startswith(f"{tmp_path}/d.toml: params: epochs is 0, expected to be")


def test_two_of_one_name(tmp_path: Path) -> None:
    found = read_pipelines(write(tmp_path, a=f'name = "b"\n{BIRDS}', b=BIRDS))
    assert found.files == {"b": tmp_path / "a.toml"}
    assert found.problems == (f"{tmp_path}/b.toml: name is 'b', as in a.toml; expected another",)


def test_only_visible_files_of_the_folder_itself_are_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside.toml"
    outside.write_text(BIRDS)
    folder = tmp_path / "folder"
    (folder / "sub.toml").mkdir(parents=True)
    (folder / "link.toml").symlink_to(outside)
    (folder / "birds.toml~").write_text(BIRDS)
    os.mkfifo(folder / "pipe.toml")
    environ = write(folder, **{".hidden": BIRDS, "birds": BIRDS})
    found = read_pipelines(environ)
    assert (list(found.files), found.problems) == (["birds"], ())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"#" * (MOST_BYTES + 1), f"more than {MOST_BYTES:,} bytes, expected no more"),
        (b"\xff", "no TOML: it is not UTF-8"),
        (b"a = 1\x00", "no TOML: "),
    ],
)
def test_content_that_is_none(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "birds.toml"
    path.write_bytes(content)
    with pytest.raises(ParamsError, match=f"^{re.escape(f'{path}: {message}')}"):
        read_pipeline(path, {})


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"a\.toml: it cannot be read \(No such file or direc"):
        read_pipeline(tmp_path / "a.toml", {})


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name, reason in (("gone", "No such file or directory"), ("file", "Not a directory")):
        found = read_pipelines({"GRAFT_PIPELINES": str(tmp_path / name)})
        assert found.problems == (
            f"GRAFT_PIPELINES is '{tmp_path}/{name}', expected a folder that can be read: {reason}",
        )


def test_too_many(tmp_path: Path) -> None:
    environ = write(tmp_path, **{f"p{number}": BIRDS for number in range(MOST_FILES + 1)})
    (problem,) = read_pipelines(environ).problems
    assert problem.endswith("which has 201 files *.toml, expected 200 at most")


def test_a_mistake_of_the_installation_is_told_once(tmp_path: Path) -> None:
    environ = {**write(tmp_path, a=BIRDS, b=BIRDS), "GRAFT_SCHEDULE": "soon"}
    (problem,) = read_pipelines(environ).problems
    assert problem.startswith("GRAFT_SCHEDULE is 'soon', expected")


class TestFind:
    def test_by_name(self, tmp_path: Path) -> None:
        environ = write(tmp_path, birds=BIRDS, bad="")
        assert find_pipeline("birds", environ).params.dataset_url == "/data/birds"
        assert find_pipeline("flowers", environ) == built_in(environ)

    def test_one_that_is_not_there_or_wrong(self, tmp_path: Path) -> None:
        environ = write(tmp_path, birds=BIRDS)
        with pytest.raises(ParamsError, match=r"^no pipeline 'bird': did you mean 'birds'\?$"):
            find_pipeline("bird", environ)
        write(tmp_path, owls="")
        with pytest.raises(
            ParamsError, match=r"^no pipeline 'owls': .*; .*/owls\.toml: params is missing"
        ):
            find_pipeline("owls", environ)
