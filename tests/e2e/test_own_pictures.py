"""``graft run --data`` on a folder as people have it: one run of the DAG, seen from all sides.

Train, validation and test are told apart; among the pictures are a PNG, one that lies on its side,
a copy, a damaged one, and in each split one in the wrong class whose name is hostile.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from support.shell import Ran, Shell
from support.sources import encoded, fields, records, write_folder
from tasks.datasets.dataset import read_dataset
from tasks.evaluation.interval import accuracy_text
from tasks.runs.note import run_note
from tasks.runs.record import TASK_IDS, read_steps
from tasks.storage.shown import shown

pytestmark = pytest.mark.e2e

COLOURS = {"blue & <b>cold": (20, 40, 220), "red": (220, 40, 20)}
COUNTS = {"train": 8, "val": 4, "test": 3}
#: The name of a picture in the wrong class, in each split.
HOSTILE = "<img src=x>\n\x1b[31m雛.jpg"


def picture(colour: tuple[int, int, int], seed: int) -> Image.Image:
    noise = np.random.default_rng(seed).normal(0, 20, (6, 8, 3)) + colour
    small = Image.fromarray(noise.clip(0, 255).astype(np.uint8))
    return small.resize((64, 48), Image.Resampling.BICUBIC)


def pictures() -> Iterator[tuple[str, bytes]]:
    seed = 0
    for split, count in COUNTS.items():
        for name, colour in COLOURS.items():
            for number in range(count):
                seed += 1
                yield f"{split}/{name}/{number}.jpg", encoded(picture(colour, seed))
        seed += 1
        yield f"{split}/red/{HOSTILE}", encoded(picture(COLOURS["blue & <b>cold"], seed))
    lying = Image.Exif()
    lying[0x0112] = 6  # turned a quarter
    yield "train/red/lying.jpg", encoded(picture(COLOURS["red"], 101), exif=lying)
    yield "train/red/drawing.png", encoded(picture(COLOURS["red"], 102), "PNG")
    yield "train/red/broken <i>.jpg", encoded(picture(COLOURS["red"], 103))[:300]
    yield "train/red/copy of 0.jpg", encoded(picture(COLOURS["red"], 9))
    yield "train/red/.DS_Store", b"junk"


@pytest.fixture(scope="module")
def ran(shell: Shell, checkpoint_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    folder = write_folder(tmp_path_factory.mktemp("my") / "pictures", dict(pictures()))
    params = (
        "bad_pictures=skip",
        "max_bad=0.1",
        "epochs=6",
        f"checkpoint_url={checkpoint_archive}",
    )
    given = [word for param in params for word in ("-p", param)]
    return shell("graft", "run", "--data", str(folder), *given)


@pytest.fixture(scope="module")
def metrics(shell: Shell, ran: Ran) -> dict[str, Any]:
    assert ran.status == 0, ran.output[-5000:]
    return shell.metrics(ran.run_id)


def rows(path: Path) -> list[dict[str, Any]]:
    return [dict(row) for row in pq.read_table(path).to_pylist()]


def test_every_step_of_the_dag_ran(shell: Shell, ran: Ran) -> None:
    assert ran.status == 0, ran.output[-5000:]
    assert [step.task_id for step in read_steps(shell.home, ran.run_id)] == list(TASK_IDS)


def test_the_metrics_have_counts_and_what_was_left_out(metrics: dict[str, Any]) -> None:
    data = metrics["data"]
    assert metrics["class_names"] == list(COLOURS)
    assert metrics["records"] == {"train": 19, "validation": 9}
    assert data["layout"] == "folder"
    assert data["class_counts"] == {"train": [8, 11], "validation": [4, 5], "test": [3, 4]}
    counts = {name: data["counts"][name] for name in ("read", "converted", "copies", "skipped")}
    assert counts == {"read": 37, "converted": 2, "copies": 1, "skipped": 1}
    assert [picture["name"] for picture in data["skipped"]] == ["train/red/broken <i>.jpg"]


def test_the_test_records_were_measured_with_the_final_head(metrics: dict[str, Any]) -> None:
    found = rows(Path(metrics["model"]["path"], "test_predictions.parquet"))
    right = np.mean([row["label"] == row["prediction"] for row in found])
    assert metrics["test"]["records"] == len(found) == 7
    assert metrics["test"]["top1"] == right
    assert {row["name"] for row in found} >= {f"test/red/{HOSTILE}", "test/red/0.jpg"}
    # Colours are easy; the picture in the wrong class cannot be right as well.
    assert [row["name"] for row in found if row["label"] != row["prediction"]] == [
        f"test/red/{HOSTILE}"
    ]


def test_predictions_have_the_names_of_the_pictures(metrics: dict[str, Any]) -> None:
    found = rows(Path(metrics["model"]["path"], "predictions.parquet"))
    expected = {f"val/{name}/{number}.jpg" for name in COLOURS for number in range(4)}
    assert {row["name"] for row in found} == expected | {f"val/red/{HOSTILE}"}
    for row in found:
        assert row["name"].split("/")[1] == row["label_name"]


def test_the_summary_has_a_line_for_test_and_data(ran: Ran, metrics: dict[str, Any]) -> None:
    accuracy = accuracy_text(metrics["test"]["top1"], 7)
    assert f"top-1 accuracy {accuracy} on 7 test records" in ran.output
    assert "data        read as folder, 37 pictures; 2 pictures stored anew as JPEG" in ran.output
    assert "1 picture skipped" in ran.output
    assert "\x1b[31m" not in ran.output


def test_the_note_has_them_too(shell: Shell, ran: Ran, metrics: dict[str, Any]) -> None:
    note = run_note(shell.home, ran.run_id)
    accuracy = accuracy_text(metrics["test"]["top1"], 7)
    assert f"On 7 test records, measured once: **{accuracy}**." in note
    assert "**Data set**: read as folder, 37 pictures;" in note
    assert "- `left out with bad_pictures: skip: 1 of 37 pictures cannot be used: " in note


def test_the_report_shows_names_and_runs_none(shell: Shell, ran: Ran) -> None:
    html = shell.home.report(ran.run_id).read_text(encoding="utf-8")
    assert "<img src=x>" not in html
    assert "<b>" not in html
    name = shown(f"val/red/{HOSTILE}").replace("<", "&lt;").replace(">", "&gt;")
    assert name in html
    assert "train/red/broken &lt;i&gt;.jpg" in html
    assert "top-1 accuracy, test" in html
    # The picture is shown beside its name, and its heat maps of prediction and label beside it.
    assert len(re.findall('alt="A picture of [^"]*, taken for ', html)) == 1
    assert html.count('alt="Heat map of ') == 2
    # Those that the checks of the data show are in the page, too.
    assert html.count("<img ") == html.count('<img src="data:image/jpeg;base64,') > 3


def test_pictures_lie_as_they_should(shell: Shell, metrics: dict[str, Any]) -> None:
    dataset = read_dataset(shell.home.datasets / metrics["digests"]["train"]["dataset"])
    made = {
        each["image/filename"].decode(): each for each in map(fields, records(dataset)["train"])
    }
    with Image.open(io.BytesIO(made["train/red/lying.jpg"]["image/encoded"])) as image:
        assert image.size == (48, 64)
    assert made["train/red/drawing.png"]["image/encoded"].startswith(b"\xff\xd8\xff")
