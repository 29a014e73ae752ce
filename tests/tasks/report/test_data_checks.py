"""The part *Data* of the report, on the pictures of the tiny data set."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.run_files import DATA, EXCLUDED
from support.tiny_dataset import CLASS_NAMES
from tasks.data_checks import run as module
from tasks.data_checks.checks import Found
from tasks.data_checks.results import CHECKS, CheckedRecord, Finding
from tasks.datasets.dataset import shard_name
from tasks.report.page import write_report
from tasks.storage.paths import Home

Run = Callable[..., Home]


def record(split: str, number: int, **changes: Any) -> CheckedRecord:
    fields = {"name": "a<b>.jpg", "label": CLASS_NAMES[0], "digest": "d1", **changes}
    shard = shard_name("tiny", split, 0, 2)
    return CheckedRecord(split=split, shard=shard, record=number, **fields)


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> dict[str, Found]:
    """Findings in place of those of the tiny data set, which is too small for any."""
    leak = Finding(
        records=(record("train", 0), record("validation", 1)), words="cosine 0.9876", entry="d1"
    )
    error = Finding(records=(record("train", 99, name=""),), words="probably <i>", entry="d2")
    found = {name: Found([], 12) for name in CHECKS}
    found |= {
        "leaks": Found([leak] * 14, 7),
        "label_errors": Found([error], 12, accuracy=0.8123),
        "far_pictures": Found([], 3, "3 different pictures are too few"),
    }
    monkeypatch.setattr(module, "_check", lambda *_: (found, 12))
    return found


@pytest.fixture
def page(write_run: Run, dataset: Path, found: dict[str, Found]) -> str:
    home = write_run("run", data=DATA)
    home.datasets.mkdir()
    (home.datasets / "da7a").symlink_to(dataset)
    return write_report(home, "run").path.read_text(encoding="utf-8")


def part(page: str) -> str:
    return page.partition('<section id="data_checks">')[2].partition("</section>")[0]


def test_findings_have_pictures_names_and_lists(page: str) -> None:
    html = " ".join(part(page).split())
    assert "12 records were checked by the features of inception_v1" in html
    assert "Near copies in two splits: 14" in html
    assert "Looked for among 7 records, chosen by their content. The first 12 are shown." in html
    assert "data_checks/leaks.txt" in html
    assert html.count("cosine 0.9876") == 12
    # Two pictures in each; that of record 99 is not there.
    assert html.count('src="data:image/jpeg') == 24
    assert "A picture of stripes in validation" in html
    assert html.count("The picture cannot be shown") == 1
    assert "a&lt;b&gt;.jpg" in html
    assert "probably &lt;i&gt;" in html
    assert "They agree with 0.81 of the labels: the lower this share, the more findings" in html
    assert "tiny_train_00000-of-00002.tfrecord, record 99" in html


def test_what_was_not_found_or_not_checked_is_told(page: str) -> None:
    html = " ".join(part(page).split())
    assert "Exact copies: 0</h3> <p>None among 12 records.</p>" in html
    assert "Pictures far from all others: not checked</h3> <p>3 different pictures are too" in html


def test_what_a_run_left_out(write_run: Run, found: dict[str, Found]) -> None:
    excluded = {**EXCLUDED, "unknown": ["<gone>"]}
    home = write_run("run", excluded=excluded)
    html = " ".join(part(write_report(home, "run").path.read_text()).split())
    assert "2 train and 0 validation records were left out, by a list of 3 entries." in html
    assert "1 entry of exclude names no record: &#39;&lt;gone&gt;&#39;." in html


def test_features_that_are_gone_leave_the_rest_of_the_report(write_run: Run) -> None:
    html = part(write_report(write_run("run"), "run").path.read_text())
    assert "The records were not checked: the features /features/a are gone." in html
