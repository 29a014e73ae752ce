"""What a person does in Airflow's pages: log in, fill in the form, watch, read the report."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Literal
from urllib.parse import quote

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, ViewportSize
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from support.axe import violations
from support.ui import GARDEN, Ui
from support.waits import wait_until
from tasks.errors import ParamsError
from tasks.params.definitions import SECTIONS, RunParams
from tasks.params.parser import parse
from tasks.registry.champion import champion
from tasks.runs.record import DAG_ID

pytestmark = pytest.mark.e2e

WINDOW: ViewportSize = {"width": 1280, "height": 900}
#: Keeps what a page shows under a name.
Screenshot = Callable[[Page, str], None]

FIELDS = {
    name: {**field, "section": schema["title"]}
    for schema in (section.model_json_schema() for section in SECTIONS)
    for name, field in schema["properties"].items()
}


@pytest.fixture(scope="module")
def page(browser: Browser, ui: Ui) -> Iterator[Page]:
    """A window in which the user has logged in."""
    context = browser.new_context(viewport=WINDOW)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(ui.api.url)
    page.fill("input[name=username]", ui.api.user)
    page.fill("input[name=password]", ui.api.password)
    page.click("button[type=submit]")
    page.get_by_text("Health").first.wait_for()
    yield page
    context.close()


class Form:
    """Airflow's trigger form."""

    def __init__(self, page: Page, url: str) -> None:
        page.goto(f"{url}/dags/{DAG_ID}")
        page.get_by_role("button", name="Trigger").first.click()
        self.dialog = page.get_by_role("dialog")

    def open(self, section: str) -> None:
        """Open a section; the form closes them all again when it has its params."""
        button = self.dialog.get_by_role("button", name=section, exact=True)
        label = self.label(next(f["title"] for f in FIELDS.values() if f["section"] == section))
        for _ in range(60):
            button.wait_for()
            if button.get_attribute("aria-expanded") != "true":
                button.click()
            with suppress(PlaywrightTimeout):
                label.wait_for(timeout=1000)
                return
        pytest.fail(f"the section {section} does not open")

    def label(self, title: str) -> Locator:
        """What stands beside a field; a star follows where it must not be empty."""
        return self.dialog.locator("label", has_text=re.compile(rf"^{re.escape(title)}\s*\*?$"))

    def field(self, name: str) -> Locator:
        return self.dialog.locator(f"[name=element_{name}]")

    def choose(self, name: str, choice: str) -> None:
        self.dialog.locator(f"#element_{name}").click()
        self.dialog.page.get_by_role("option", name=choice, exact=True).click()

    def trigger(self) -> Locator:
        return self.dialog.get_by_role("button", name="Trigger", exact=True)


def submit(ui: Ui, form: Form) -> dict[str, Any]:
    """Submit the form and return the run that it made."""
    return ui.api.run_made_by(form.trigger().click)


def test_every_param_explains_itself(ui: Ui, page: Page) -> None:
    form = Form(page, ui.api.url)
    for section in {field["section"]: None for field in FIELDS.values()}:
        form.open(section)
        for field in FIELDS.values():
            if field["section"] == section:
                form.label(field["title"]).wait_for()
                form.dialog.get_by_role("region", name=section).get_by_text(
                    field["description"]
                ).wait_for()


def test_a_run_of_the_sample(ui: Ui, page: Page, screenshot: Screenshot) -> None:
    form = Form(page, ui.api.url)
    form.open("Data")
    form.choose("source", "sample")
    screenshot(page, "form")
    form.open("Training")
    form.field("epochs").fill("4")
    form.field("learning_rate").fill("2e-3")
    form.field("learning_rate").scroll_into_view_if_needed()
    screenshot(page, "form-training")
    run = submit(ui, form)
    assert run["run_type"] == "manual"
    assert {name: run["conf"][name] for name in ("source", "epochs", "learning_rate")} == {
        "source": "sample",
        "epochs": 4,
        "learning_rate": 0.002,
    }

    run_id = run["dag_run_id"]
    watch_spark(ui, run_id)
    assert ui.api.end(run_id) == "success"
    read_the_logs(ui, run_id)
    read_the_note(ui, page, run_id, screenshot)
    read_the_report(ui, page, run_id, screenshot)
    read_the_page(page, run_id)


def watch_spark(ui: Ui, run_id: str) -> None:
    """The link of the task leads to Spark's UI while the job runs, and to the report after."""

    def spark() -> str | None:
        link = ui.api.link(run_id, "train_classifier")
        return link if link and "/plugin/report" not in link else None

    link = wait_until(spark, 300, "a link to Spark's UI")
    assert re.fullmatch(r"http://(localhost|127\.0\.0\.1):\d+", link)
    assert "graft manual__" in requests.get(f"{link}/jobs/", timeout=60).text

    page = f"{ui.api.url}/dags/{DAG_ID}/runs/{quote(run_id, safe='')}/plugin/report"
    wait_until(lambda: ui.api.link(run_id, "train_classifier") == page, 300, "a link to the report")


def read_the_logs(ui: Ui, run_id: str) -> None:
    assert re.search(
        r"flowers\.tar\.gz: [\d.]+ of [\d.]+ MiB, [\d.]+ MiB/s",
        ui.api.log(run_id, "download_dataset"),
    )
    training = ui.api.log(run_id, "train_classifier")
    assert re.search(r"features: \d+ of 300 images, [\d.]+/s, ", training)
    assert len(re.findall(r"\[Epoch \d .*Loss is .*Top1Accuracy is ", training)) == 4


def read_the_note(ui: Ui, page: Page, run_id: str, screenshot: Screenshot) -> None:
    text = ui.api.note(run_id)
    accuracy = r"0\.\d+ \(95 %: [^)]+\)"
    assert re.match(
        rf"Graft: \*\*Top-1 accuracy {accuracy}\*\* after 4 epochs on the bundled", text
    )
    assert "Made: download_dataset, extract_dataset, fetch_checkpoint, dump_train" in text
    page.goto(f"{ui.api.url}/dags/{DAG_ID}/runs/{quote(run_id)}")
    page.get_by_title("Report", exact=True).wait_for()
    screenshot(page, "run")


def read_the_report(ui: Ui, page: Page, run_id: str, screenshot: Screenshot) -> None:
    page.get_by_title("Report", exact=True).click()
    report = page.frame_locator("iframe")
    report.get_by_role("heading", name="Confusion matrix").wait_for()
    assert run_id in report.locator("body").inner_text()
    assert report.locator("svg").count() >= 2
    page.set_viewport_size({**WINDOW, "height": 1300})
    screenshot(page, "report")
    page.set_viewport_size(WINDOW)


def read_the_page(page: Page, run_id: str) -> None:
    page.locator("a[href$='/plugin/transfer-learning']").click()
    runs = page.frame_locator("iframe")
    runs.get_by_text(run_id).first.wait_for()
    assert runs.locator("svg").count() >= 1
    # The sample alone has been seen, so its run is better than no other.
    assert runs.get_by_text("best", exact=True).count() == 0


def test_two_runs_are_compared(ui: Ui, page: Page, screenshot: Screenshot) -> None:
    first = newest_report(ui)
    # What belongs to the URLs is not used, the digest of another archive included.
    conf = {"source": "sample", "epochs": 8, "dataset_sha256": "0" * 64}
    second = ui.api.trigger(conf)
    assert ui.api.end(second) == "success"
    made = r"Reused: .*dump_validation\. Made: train_classifier, export_model\.$"
    assert re.search(made, ui.api.note(second))
    page.goto(f"{ui.api.url}/plugin/transfer-learning")
    runs = page.frame_locator("iframe")
    runs.get_by_text(second).first.wait_for()
    screenshot(page, "runs")
    for name, run_id in (("first", first), ("second", second)):
        choice = runs.locator(f"select[name={name}]")
        choice.select_option(choice.locator("option", has_text=run_id).get_attribute("value"))
    runs.get_by_role("button", name="Compare").click()
    runs.get_by_role("row", name="epochs 4 8 differs", exact=True).wait_for()
    runs.get_by_role("row", name="network inception_v1 inception_v1 same", exact=True).wait_for()


def test_a_version_is_promoted_and_rolled_back(ui: Ui, page: Page) -> None:
    """By the buttons of the page in Airflow's frame, with the session's own cookie."""
    page.goto(f"{ui.api.url}/plugin/transfer-learning")
    frame = page.frame_locator("iframe")
    versions = frame.get_by_role("region", name="Versions")
    versions.get_by_text("champion", exact=True).wait_for()
    before = champion(ui.home)
    assert before is not None
    frame.get_by_label("Reason").first.fill("it is <i>smaller</i>")
    chosen = frame.locator("select[name=version]").input_value()
    frame.get_by_role("button", name="Promote").click()
    versions.get_by_text(f"promoted by {ui.api.user}: it is <i>smaller</i>").wait_for()
    now = champion(ui.home)
    assert now is not None
    assert str(now.number) == chosen
    frame.get_by_role("button", name=f"Roll back to version {before.number}").click()
    versions.get_by_text(f"rolled back by {ui.api.user}: by hand").wait_for()
    assert champion(ui.home) == before


def test_the_pipeline_is_chosen(ui: Ui, page: Page) -> None:
    """By the links of the page in Airflow's frame: each pipeline has its own runs."""
    run = newest_report(ui)
    page.goto(f"{ui.api.url}/plugin/transfer-learning")
    frame = page.frame_locator("iframe")
    chooser = frame.get_by_role("navigation", name="Pipelines")
    for name, count, other in (("flowers", 1, GARDEN), (GARDEN, 0, "flowers"), ("flowers", 1, "")):
        frame.get_by_role("heading", name=f"Transfer learning: {name}", exact=True).wait_for()
        chosen = chooser.locator("[aria-current=page]")
        assert chosen.all_inner_texts() == [name]
        assert frame.get_by_role("link", name=run, exact=True).count() == count
        assert frame.get_by_role("region", name="Versions").count() == count
        assert frame.get_by_role("button", name="Promote").count() == count
        assert chooser.get_by_role("link").all_inner_texts() == ["flowers", GARDEN]
        if other:
            chooser.get_by_role("link", name=other, exact=True).click()


def test_what_is_no_number_is_refused_by_the_form(ui: Ui, page: Page) -> None:
    form = Form(page, ui.api.url)
    form.open("Training")
    form.field("decay_rate").fill("much")
    form.dialog.get_by_text("Value must be one of: number, integer").wait_for()
    assert form.trigger().is_disabled()


def test_a_wrong_param_is_refused_in_the_words_of_the_command_line(
    ui: Ui, page: Page, screenshot: Screenshot
) -> None:
    form = Form(page, ui.api.url)
    form.open("Training")
    form.field("learning_rate").fill("20")
    run_id = submit(ui, form)["dag_run_id"]
    assert ui.api.end(run_id) == "failed"
    with pytest.raises(ParamsError) as words:
        parse(RunParams, {"learning_rate": 20})
    expected = f"Graft: **download_dataset, fetch_checkpoint failed**: `{words.value}`"
    assert ui.api.note(run_id) == expected
    page.goto(f"{ui.api.url}/dags/{DAG_ID}/runs/{quote(run_id)}/tasks/download_dataset")
    page.get_by_text(str(words.value)).first.wait_for()
    screenshot(page, "refused")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["runs", "report"])
def test_axe_finds_nothing_wrong(
    ui: Ui, browser: Browser, scheme: Literal["light", "dark"], name: str
) -> None:
    run = newest_report(ui)
    paths = {
        "runs": "/transfer-learning/",
        "report": f"/transfer-learning/dags/{DAG_ID}/runs/{quote(run, safe='')}/report",
    }
    context = browser.new_context(
        color_scheme=scheme,
        extra_http_headers={"Authorization": ui.api.authorization},
    )
    page = context.new_page()
    answer = page.goto(ui.api.url + paths[name])
    assert answer is not None
    assert answer.status == 200
    found = violations(page)
    context.close()
    assert found == []


def newest_report(ui: Ui) -> str:
    """The id of a run that has a report."""
    runs = ui.api.runs()
    found = [r["dag_run_id"] for r in runs if ui.home.report(r["dag_run_id"]).is_file()]
    assert found, "no run has a report"
    return str(found[0])
