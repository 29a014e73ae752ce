import math
from pathlib import Path

from support.run_files import METRICS, TEST, write_run
from tasks.storage.paths import Home
from tasks.tracking.content import read_content

RUN = "manual__2026"


def test_has_params_and_metrics_of_every_epoch(tmp_path: Path) -> None:
    content = read_content(write_run(Home(tmp_path), RUN, test=TEST), RUN)
    assert content is not None
    assert content.params["epochs"] == "2"
    assert content.params["network"] == "inception_v1"
    assert ("loss", 1.5, 1) in content.metrics
    assert ("loss", 0.75, 2) in content.metrics
    assert ("final_top1", 0.25, 2) in content.metrics
    assert ("test_top1", 0.6125, 2) in content.metrics
    assert content.tags["graft.run_id"] == RUN
    assert [path.name for path in content.files] == ["metrics.json"]


def test_a_loss_that_is_no_number_is_left_out(tmp_path: Path) -> None:
    epochs = [{**METRICS["epochs"][0], "loss": None}]
    content = read_content(write_run(Home(tmp_path), RUN, epochs=epochs), RUN)
    assert content is not None
    assert {name for name, _, _ in content.metrics} >= {"top1"}
    assert all(math.isfinite(value) for _, value, _ in content.metrics)
    assert "loss" not in {name for name, _, _ in content.metrics}


def test_the_key_is_the_runs_and_the_digest_the_contents(tmp_path: Path) -> None:
    home = write_run(Home(tmp_path), RUN)
    before = read_content(home, RUN)
    home.report(RUN).write_text("a report")
    after = read_content(home, RUN)
    assert before is not None
    assert after is not None
    assert after.key == before.key
    assert after.digest != before.digest
    other = read_content(write_run(home, "another"), "another")
    assert other is not None
    assert other.key != before.key


def test_long_texts_are_cut(tmp_path: Path) -> None:
    config = {**METRICS["config"], "long": "x" * 9000}
    content = read_content(write_run(Home(tmp_path), RUN, config=config), RUN)
    assert content is not None
    assert len(content.params["long"]) == 5000


def test_a_run_without_metrics_has_none(tmp_path: Path) -> None:
    assert read_content(Home(tmp_path), RUN) is None
