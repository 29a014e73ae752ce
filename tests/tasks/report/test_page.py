import io
import itertools
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from support.run_files import DATA, SWEEP, TEST
from tasks.errors import DataError, StorageError
from tasks.models.predictions import PARQUET
from tasks.report import facts
from tasks.report.class_maps import PictureMaps
from tasks.report.html import TEMPLATES
from tasks.report.page import write_report
from tasks.report.pictures import SplitPictures
from tasks.runs.record import record_step
from tasks.serving.find_model import FoundModel
from tasks.serving.region import Region
from tasks.storage.paths import Home

Run = Callable[..., Home]
EVIL = "<script>alert('1')</script>&\"'"
VOID = {"meta", "img", "br", "path", "polyline"}


class Page(HTMLParser):
    """The elements of a page, in order, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.extend(data.split())

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def all(self, *tags: str) -> list[tuple[str, dict[str, str | None]]]:
        return [element for element in self.elements if element[0] in tags]


@pytest.fixture
def page(write_run: Run, dataset: Path) -> Page:
    home = write_run("manual__2026")
    home.datasets.mkdir()
    (home.datasets / "da7a").symlink_to(dataset)
    report = write_report(home, "manual__2026")
    assert report.path == home.run("manual__2026") / "report.html"
    return Page(report.path.read_text(encoding="utf-8"))


class TestContent:
    def test_tells_accuracy_and_what_the_simplest_rival_reaches(self, page: Page) -> None:
        assert "top-1 accuracy 0.2500 95 %: 0.046 to 0.699" in page.text
        assert "always answering stripes 0.5000 95 %: 0.150 to 0.850" in page.text
        assert "validation records 4" in page.text

    def test_every_epoch_is_in_the_table(self, page: Page) -> None:
        assert "epoch loss top-1 95 % seconds records/s 1 1.5000 0.5000 0.150 to 0.850" in page.text

    def test_the_epoch_that_was_kept_is_marked(self, write_run: Run) -> None:
        home = write_run("manual__2026", kept_epoch=2)
        report = write_report(home, "manual__2026")
        text = Page(report.path.read_text(encoding="utf-8")).text
        assert " 2 (kept) 0.7500 " in text
        assert "1 (kept)" not in text

    def test_strengths_of_a_sweep_are_in_a_table(self, write_run: Run) -> None:
        home = write_run("manual__2026", sweep=SWEEP)
        report = write_report(home, "manual__2026")
        text = Page(report.path.read_text(encoding="utf-8")).text
        assert (
            "l2 features top-1 log loss taken 0.00025 raw 0.5000 0.6250 "
            "0.1 standardised 0.7500 0.5000 taken"
        ) in text
        assert "at the optimum for l2 0.1 on standardised features: the lowest cross-val" in text

    def test_confusion_matrix_in_counts_and_shares(self, page: Page) -> None:
        assert "label stripes spots stripes 1 1 spots 2 0" in page.text
        assert "label stripes spots stripes 0.50 0.50 spots 1.00 0.00" in page.text

    def test_the_most_frequent_mistakes(self, page: Page) -> None:
        assert "label prediction records spots stripes 2 stripes spots 1" in page.text

    def test_more_classes_than_a_matrix_can_show(
        self, write_run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(facts, "MOST_CLASSES", 1)
        text = Page(write_report(write_run("run"), "run").path.read_text()).text
        assert "2 classes are too many for a matrix" in text
        assert "label stripes spots" not in text
        assert "spots stripes 2" in text

    def test_scores_of_every_class(self, page: Page) -> None:
        # By Wilson's formula, z * z = 3.84: (1 +- 0.81) / 2 of 1 of 2, 1.92 / 2.92 of 0 of 2.
        assert "stripes 0.3333 0.5000 0.095 to 0.905 0.4000 2" in page.text
        assert "spots 0.0000 0.0000 0.000 to 0.658 0.0000 2" in page.text

    def test_wrong_pictures(self, page: Page) -> None:
        assert "3 of 4 validation pictures are wrong. Scaled down to 160 pixels" in page.text
        images = page.all("img")
        assert [image["alt"] for _, image in images] == [
            "A picture of spots, taken for stripes",
            "A picture of spots, taken for stripes",
            "A picture of stripes, taken for spots",
        ]
        assert all((image["src"] or "").startswith("data:image/jpeg") for _, image in images)

    def test_heat_maps_of_prediction_and_label_stand_beside_a_wrong_picture(
        self, write_run: Run, dataset: Path, tiny_model: Path
    ) -> None:
        home = write_run("run")
        for kept, path in (
            (home.datasets / "da7a", dataset),
            (home.exports / "e" / "1", tiny_model),
        ):
            kept.parent.mkdir(parents=True)
            kept.symlink_to(path)
        record_step(home, "run", "export_model", {"digest": "e"})
        page = Page(write_report(home, "run").path.read_text())
        assert [image["alt"] for _, image in page.all("img")][:3] == [
            "A picture of spots, taken for stripes",
            "Heat map of stripes",
            "Heat map of spots",
        ]
        assert len(page.all("img")) == 9
        assert "for stripes for spots spots, predicted stripes with 0.80" in page.text
        assert "first for the prediction, then for the label" in page.text

    def test_why_there_are_no_heat_maps(self, page: Page) -> None:
        assert "There are no heat maps: " in page.text
        assert "exports is not there: run the DAG again, which exports the model anew." in page.text

    def test_time_reuse_params_versions_digests(self, page: Page) -> None:
        assert "download_dataset 1.5 made /made/download_dataset" in page.text
        assert "dump_train 1.5 reused" in page.text
        assert "features, train 0.0 reused /features/a" in page.text
        assert "model 12.5 made" in page.text
        assert "training 5.0" in page.text
        assert "learning_rate 0.001" in page.text
        assert "pyspark 3.5.9 python 3.11.7" in page.text
        assert "dataset da7a" in page.text

    def test_a_test_split_and_the_data_set(self, write_run: Run) -> None:
        home = write_run("run", test=TEST, data=DATA)
        text = Page(write_report(home, "run").path.read_text()).text
        assert "top-1 accuracy, test 0.6125 95 %: 0.503 to 0.712" in text
        assert "test records 80" in text
        assert "measured once on the test records; nothing was chosen by them" in text
        assert "features, test 2.5 made /features/t" in text
        assert "Read as folder. 1 picture stored anew as JPEG" in text
        assert "class train validation stripes 5 2 spots 3 2" in text
        assert "converted 1 copies 0 skipped 2" in text
        assert "Warnings 2 pictures cannot be used: 'a`<b>.jpg'" in text
        assert "left out, the first 1 of 2 picture reason no\\n<b>.jpg is no picture" in text

    def test_a_run_without_them_says_nothing_of_them(self, page: Page) -> None:
        for word in ("test records", "Data set", "Warnings", "left out"):
            assert word not in page.text

    def test_its_contents_list_every_part(self, page: Page) -> None:
        links = [link["href"] for _, link in page.all("a")]
        sections = [section["id"] for _, section in page.all("section")]
        assert links == [f"#{name}" for name in sections]
        assert len(set(sections)) == len(sections) > 5
        start = page.text.index("classes 2 The most common")
        assert "Loss and accuracy per epoch Confusion matrix Classes" in page.text[start:]

    def test_a_wrong_picture_has_its_name_or_else_shard_and_number(self, write_run: Run) -> None:
        home = write_run("run")
        path = home.models / "m0de1" / PARQUET
        table = pq.read_table(path)
        names = ["a.jpg", "<b>\n.jpg", "", "c/ä.jpg"]
        pq.write_table(table.append_column("name", pa.array(names)), path)
        html = write_report(home, "run").path.read_text(encoding="utf-8")
        text = Page(html).text
        assert "predicted stripes with 0.80 c/ä.jpg The picture" in text
        assert "predicted spots with 0.60 <b>\\n.jpg Data" in text
        assert "with 0.70 tiny_validation_00001-of-00002.tfrecord, record 0" in text
        assert "&lt;b&gt;\\n.jpg" in html

    def test_params_are_the_runs_where_they_were_recorded(self, write_run: Run) -> None:
        home = write_run("run")
        facts = {"path": "/m", "reused": False, "seconds": 1.0, "params": {"dataset_sha256": None}}
        record_step(home, "run", "train_classifier", facts)
        assert "dataset_sha256 none" in Page(write_report(home, "run").path.read_text()).text

    def test_a_reused_model_says_whose_figures_they_are(
        self, write_run: Run, run_metrics: dict[str, Any]
    ) -> None:
        model = {**run_metrics["model"], "reused": True, "seconds": 0.1}
        text = Page(write_report(write_run("run", model=model), "run").path.read_text()).text
        assert "The model was reused and nothing was trained:" in text
        assert "Stages of the Spark job that made the model" in text
        assert "features, train" not in text

    @pytest.mark.parametrize("loss", [float("nan"), None])
    def test_a_loss_that_is_no_number(
        self, write_run: Run, run_metrics: dict[str, Any], loss: float | None
    ) -> None:
        epoch = {**run_metrics["epochs"][1], "epoch": 1, "loss": loss}
        home = write_run("run", epochs=[epoch], parity=None)
        text = Page(write_report(home, "run").path.read_text()).text
        assert "No loss is a finite number." in text
        assert "1 n/a 0.2500" in text

    @pytest.mark.parametrize(
        ("parity", "said"),
        [
            (
                {"records": 64, "largest_relative_difference": 3.21e-6, "tolerance": 1e-4},
                "Both engines agree on 64 records to 3.2e-06.",
            ),
            (None, "The feature engine was not compared with another one."),
            (
                {"left_out": "bigdl does not run here"},
                "The feature engine was not compared with another one: bigdl does not run here.",
            ),
        ],
        ids=["passed", "none", "left out"],
    )
    def test_parity(self, write_run: Run, parity: dict[str, Any] | None, said: str) -> None:
        home = write_run("run", parity=parity)
        text = Page(write_report(home, "run").path.read_text()).text
        assert f"The features are by the engine bigdl. {said}" in text

    def test_why_the_engine(self, write_run: Run) -> None:
        home = write_run("run", engine={"name": "bigdl", "reason": "it runs <all>"})
        text = Page(write_report(home, "run").path.read_text()).text
        assert "The features are by the engine bigdl (it runs <all>)." in text


class TestAccessibility:
    def test_headings_are_in_order(self, page: Page) -> None:
        levels = [int(tag[1]) for tag, _ in page.all("h1", "h2", "h3", "h4")]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels))

    def test_every_head_of_a_table_has_its_scope_and_every_table_a_caption(
        self, page: Page
    ) -> None:
        assert {head.get("scope") for _, head in page.all("th")} == {"row", "col"}
        assert len(page.all("caption")) == len(page.all("table")) > 8

    def test_plots_and_areas_that_scroll_have_names(self, page: Page) -> None:
        plots = [plot for _, plot in page.all("svg") if plot.get("aria-hidden") != "true"]
        assert all(plot["role"] == "img" for plot in plots)
        names = [plot["aria-label"] or "" for plot in plots]
        assert sum("2 values from" in name for name in names) == 2
        assert sum("Share of right answers by confidence" in name for name in names) == 1
        assert len(names) == 3
        areas = [a for _, a in page.elements if "scroll" in (a.get("class") or "").split()]
        assert len(areas) == 8
        assert all(a["tabindex"] == "0" and a["role"] == "region" for a in areas)
        assert len({a["aria-label"] for a in areas}) == 8

    def test_names_its_language(self, page: Page) -> None:
        assert page.all("html") == [("html", {"lang": "en"})]

    @pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
    def test_text_stands_out_from_what_is_behind_it(self, mode: int) -> None:
        style = (TEMPLATES / "style.css").read_text()
        block = re.findall(r":root \{(.*?)\}", style, re.S)[mode]
        colours = {name: rgb(value) for name, value in re.findall(r"--(\w+): (#\w{6});", block)}
        shade = [int(part) for part in re.search(r"--shade: ([\d, ]+);", block)[1].split(",")]  # type: ignore[index]
        alphas = [float(a) for a in re.findall(r"rgba\(var\(--shade\), ([\d.]+)\)", style)]

        def shaded(alpha: float) -> list[float]:
            return [p + (s - p) * alpha for p, s in zip(colours["page"], shade, strict=True)]

        marked = re.search(r"\.best .*rgba\(var\(--shade\), ([\d.]+)\)", style)
        assert marked
        for text, behind in (
            (colours["text"], colours["page"]),
            (colours["text"], shaded(max(alphas))),
            (colours["soft"], colours["page"]),
            (colours["soft"], colours["panel"]),
            (colours["text"], colours["panel"]),
            (colours["accent"], colours["page"]),
            (colours["accent"], shaded(float(marked[1]))),
        ):
            assert contrast(text, behind) >= 4.5


def rgb(colour: str) -> list[float]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def contrast(one: list[float], other: list[float]) -> float:
    """The ratio of WCAG 2."""

    def luminance(colour: list[float]) -> float:
        parts = [c / 255 for c in colour]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


class TestSafety:
    def test_stands_on_its_own(self, page: Page) -> None:
        assert not page.all("script", "link", "iframe", "object", "form", "base")
        for _, attributes in page.elements:
            assert not {name for name in attributes if name.startswith("on")}
            for name in ("src", "href"):
                assert (attributes.get(name) or "data:").startswith(("data:", "#"))
        style = (TEMPLATES / "style.css").read_text()
        assert "url(" not in style
        assert "@import" not in style

    def test_names_and_paths_are_escaped(self, write_run: Run, run_metrics: dict[str, Any]) -> None:
        home = write_run(
            "run",
            run_id=EVIL,
            class_names=[EVIL, "</style></svg>"],
            plan={**run_metrics["plan"], "master": EVIL},
            versions={EVIL: EVIL},
        )
        record_step(home, "run", "dump_train", {"path": EVIL, "reused": True, "seconds": 1.0})
        html = write_report(home, "run").path.read_text()
        assert "<script" not in html
        page = Page(html)
        assert f"Report of {EVIL}" in page.text
        assert page.text.count(EVIL) > 8


class TestSize:
    CLASSES = 100

    @pytest.fixture
    def home(self, write_run: Run, monkeypatch: pytest.MonkeyPatch) -> Home:
        """A run of 100 classes that are all mistaken for all, with pictures of the largest size."""
        names = [f"class number {number:03}" for number in range(self.CLASSES)]
        pairs = {"train": {"dataset": "da7a"}, "validation": {"dataset": "da7a"}}
        home = write_run("run", class_names=names, digests=pairs)
        write_mistakes(home.models / "m0de1" / PARQUET, self.CLASSES)
        noise = np.random.default_rng(1).integers(0, 256, (160, 160, 3), np.uint8)
        jpeg = io.BytesIO()
        Image.fromarray(noise).save(jpeg, "JPEG", quality=95)
        monkeypatch.setattr(SplitPictures, "encoded", lambda *_: jpeg.getvalue())
        steep = ((0.0, 1.0), (1.0, 0.0))
        maps = PictureMaps((steep, steep), Region())
        monkeypatch.setattr(facts, "model_of_run", lambda *_: FoundModel(home.exports, 1))
        monkeypatch.setattr(facts, "class_maps", lambda _, files, *__, **___: [maps] * len(files))
        return home

    def test_a_report_of_100_classes_is_under_5_mib(self, home: Home) -> None:
        path = write_report(home, "run").path
        page = Page(path.read_text(encoding="utf-8"))
        assert len(page.all("td")) > 2 * self.CLASSES**2
        assert len(page.all("img")) == 3 * 60
        assert path.stat().st_size < 5 * 2**20


def write_mistakes(path: Path, classes: int) -> None:
    """Write predictions of as many records for every wrong pair of classes, all wrong."""
    label, prediction = (~np.eye(classes, dtype=bool)).nonzero()
    count = len(label)
    probability = np.full((count, classes), 0.5 / classes)
    probability[np.arange(count), prediction] = 0.5
    columns = {
        "shard": ["s.tfrecord"] * count,
        "record": np.arange(count),
        "name": [f"a/long/folder/of/pictures/{number:05}.jpg" for number in range(count)],
        "label": label.astype(np.int32),
        "prediction": prediction.astype(np.int32),
        "probability": list(probability),
    }
    pq.write_table(pa.table(columns), path)


class TestFile:
    def test_another_file_and_no_leftovers(self, write_run: Run, tmp_path: Path) -> None:
        home = write_run("run")
        target = tmp_path / "elsewhere" / "page.html"
        report = write_report(home, "run", target)
        assert report.as_dict()["path"] == str(target)
        assert [p.name for p in target.parent.iterdir()] == ["page.html"]
        assert not home.report("run").exists()

    def test_a_run_without_metrics(self, tmp_path: Path) -> None:
        home = Home(tmp_path)
        with pytest.raises(DataError, match=r"runs/run has no metrics\.json; expected the folder"):
            write_report(home, "run")

    def test_a_model_without_predictions(self, write_run: Run) -> None:
        home = write_run("run")
        (home.models / "m0de1" / "predictions.parquet").unlink()
        with pytest.raises(DataError, match=r"predictions\.parquet cannot be read .*: run the DAG"):
            write_report(home, "run")

    def test_damaged_predictions(self, write_run: Run) -> None:
        home = write_run("run")
        (home.models / "m0de1" / "predictions.parquet").write_bytes(b"no parquet")
        with pytest.raises(DataError, match=r"predictions\.parquet cannot be read"):
            write_report(home, "run")

    def test_a_place_that_cannot_be_written(self, write_run: Run, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(StorageError, match="cannot write"):
            write_report(write_run("run"), "run", tmp_path / "file" / "page.html")


def test_the_decision_about_the_model(write_run: Run) -> None:
    decision = {"version": 4, "promoted": False, "why": "<b>worse"}
    html = write_report(write_run("run", promotion=decision), "run").path.read_text()
    assert "<strong>Not promoted:</strong> version 4, &lt;b&gt;worse." in html
    undecided = write_report(write_run("other"), "other").path.read_text()
    assert "version 4" not in undecided
