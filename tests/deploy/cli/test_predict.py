"""``graft predict``."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from support.http_server import serve_folder
from support.registry import registered, write_registry
from support.serving import picture, promote
from support.tiny_saved_model import damaged_models
from tasks.storage.paths import CHECKOUT, Home

Graft = Callable[..., Any]


@pytest.fixture
def home(tmp_path: Path, tiny_model: Path) -> Home:
    home = Home(tmp_path / "home")
    promote(home, 1, tiny_model)
    return home


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good pictures and a bad one between them."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "1.jpg").write_bytes(picture("red"))
    (folder / "2.jpg").write_bytes(b"hallo")
    (folder / "3.png").write_bytes(picture("blue", "PNG"))
    return folder


def ask(graft: Graft, home: Home, *arguments: Any) -> Any:
    return graft("predict", *map(str, arguments), GRAFT_HOME=str(home.root))


def test_lines_for_a_pipe(graft: Graft, home: Home, folder: Path) -> None:
    ran = ask(graft, home, folder / "1.jpg", folder / "3.png", "--top", 2)
    assert ran.exit_code == 0
    first, second = ran.stdout.splitlines()
    assert first.startswith(f"{folder}/1.jpg:  red 0.96")
    assert second.startswith(f"{folder}/3.png:  blue 0.96")
    assert len(first.split()) == 5


def test_a_bad_picture_is_named_and_the_rest_goes_on(
    graft: Graft, home: Home, folder: Path
) -> None:
    ran = ask(graft, home, folder, folder / "none.jpg")
    assert ran.exit_code == 1
    assert [line.split()[1] for line in ran.stdout.splitlines()] == ["red", "blue"]
    assert ran.stderr.splitlines() == [
        f"error: {folder}/2.jpg: is no picture, it starts with '68 61 6c 6c'; expected JPEG, PNG, "
        "WebP, GIF, BMP or TIFF",
        f"error: {folder}/none.jpg: is not there: expected a picture, a folder or a URL",
    ]


def test_json(graft: Graft, home: Home, folder: Path) -> None:
    ran = ask(graft, home, folder, "--json", "--top", 2)
    assert ran.exit_code == 1
    first, second, third = json.loads(ran.stdout)
    assert (first["picture"], first["class"]) == (f"{folder}/1.jpg", "red")
    assert first["scores"]["red"] == first["score"] > 0.9
    assert len(first["scores"]) == 2
    assert second["error"].startswith("is no picture")
    assert third["class"] == "blue"


def test_csv(graft: Graft, home: Home, folder: Path) -> None:
    ran = ask(graft, home, folder, "--csv", "--top", 1)
    first, second, third = csv.DictReader(io.StringIO(ran.stdout))
    assert first["picture"] == f"{folder}/1.jpg"
    assert (first["class_1"], first["error"]) == ("red", "")
    assert float(first["score_1"]) > 0.9
    assert second["error"].startswith("is no picture")
    assert third["class_1"] == "blue"


def test_heat_maps(graft: Graft, home: Home, folder: Path, tmp_path: Path) -> None:
    ran = ask(graft, home, folder, "--heatmap", tmp_path / "maps")
    assert ran.exit_code == 1
    assert {path.name for path in (tmp_path / "maps").iterdir()} == {"1.jpg.png", "3.png.png"}
    with Image.open(tmp_path / "maps" / "1.jpg.png") as shown:
        assert shown.size == (30, 20)
        assert (np.asarray(shown)[..., 0] < 255).any()


def test_urls_and_another_model(graft: Graft, home: Home, folder: Path, other_model: Path) -> None:
    with serve_folder(folder) as url:
        ran = ask(graft, home, f"{url}/1.jpg", "--model", other_model)
    assert ran.stdout.startswith(f"{url}/1.jpg:  pink 0.96")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--json", "--csv"], "error: --json and --csv are given, expected one of the two"),
        (["--name", "birds"], "error: no model of 'birds' was promoted yet: make run trains and"),
        (["--name", "B/"], "error: the model's name is 'B/', expected lower-case letters"),
        (["--model", "9"], "error: --model is '9', expected a version's number, champion or"),
        (["--model", "2"], "error: version 2 of 'flowers' was not exported: run the DAG again"),
    ],
)
def test_mistakes_are_told_in_a_line(
    graft: Graft, home: Home, arguments: list[str], message: str
) -> None:
    write_registry(home, [registered(2)])
    ran = ask(graft, home, "x.jpg", *arguments)
    assert ran.exit_code == 2
    (line,) = ran.stderr.splitlines()
    assert line.startswith(message)


def test_no_heat_maps_of_a_model_without_them(
    graft: Graft, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tasks.serving.classifier import Classifier

    monkeypatch.setattr(Classifier, "has_heatmap", False)
    ran = ask(graft, home, "x.jpg", "--heatmap", tmp_path / "maps")
    assert ran.exit_code == 2
    assert ran.stderr.rstrip().endswith("has no class activation maps")


def test_a_folder_without_pictures(graft: Graft, home: Home, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = ask(graft, home, tmp_path / "empty")
    assert ran.exit_code == 2
    assert "empty' has no pictures in it or in the folders below it" in ran.stderr


def test_the_whole_of_tensorflow_is_not_imported(home: Home, folder: Path) -> None:
    """It takes longer than the answer."""
    code = (
        "import sys\nfrom deploy.cli.app import app\n"
        "try:\n    app(['predict', sys.argv[1]])\nexcept SystemExit: pass\n"
        "print([name for name in ('keras', 'tf_keras', 'tf_slim', 'pyspark', 'tensorflow.keras') "
        "if name in sys.modules], hasattr(sys.modules['tensorflow'], '__file__'))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(folder / "1.jpg")],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], "GRAFT_HOME": str(home.root)},
        capture_output=True,
        text=True,
    )
    assert ran.stdout.splitlines()[-1] == "[] False", ran.stderr


def test_a_named_model_that_does_not_load(
    graft: Graft, home: Home, folder: Path, tmp_path: Path, tiny_model: Path
) -> None:
    for model, message in damaged_models(tiny_model, tmp_path / "damaged").items():
        ran = ask(graft, home, folder, "--model", model)
        assert ran.exit_code == 2
        assert ran.stdout == ""
        (line,) = ran.stderr.splitlines()
        assert line.startswith("error: ")
        assert str(model) in line
        assert message in line
