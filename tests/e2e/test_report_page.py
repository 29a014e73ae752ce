"""The report in a browser, as a file without a server."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page

from support.axe import violations
from support.chromium import chromium
from support.run_files import DATA, TEST
from tasks.runs.record import record_step
from tasks.storage.paths import Home

pytestmark = pytest.mark.e2e

NAMES = ["a class of a name without any break: " + "n" * 60, "spots"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def report(
    write_run_in: Callable[..., Home],
    dataset: Path,
    tiny_model: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> str:
    """The address of a report with every part and with heat maps."""
    from tasks.report.page import write_report

    home = Home(tmp_path_factory.mktemp("report"))
    write_run_in(home, "run", test=TEST, data=DATA, class_names=NAMES)
    links = {home.datasets / "da7a": dataset, home.exports / "e" / "1": tiny_model}
    for link, folder in links.items():
        link.parent.mkdir(parents=True)
        link.symlink_to(folder)
    record_step(home, "run", "export_model", {"digest": "e"})
    return write_report(home, "run").path.as_uri()


@pytest.fixture
def page(browser: Browser, report: str) -> Iterator[Page]:
    page = browser.new_page()
    page.goto(report)
    yield page
    page.close()


@pytest.mark.parametrize("width", [400, 900, 1600])
def test_nothing_is_wider_than_the_window(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    # What is too wide scrolls by itself; nothing lies outside of the window unseen.
    beyond = """() => [...document.querySelectorAll("main *")]
        .filter(e => !e.closest(".scroll *") && e.getBoundingClientRect().right > innerWidth + 1)
        .map(e => e.outerHTML.slice(0, 80))"""
    assert page.evaluate(beyond) == []


def test_the_contents_lead_to_every_part(page: Page) -> None:
    links = page.get_by_role("navigation", name="Contents").get_by_role("link")
    names = links.all_inner_texts()
    assert names == page.get_by_role("heading", level=2).all_inner_texts()
    for name in names:
        links.get_by_text(name, exact=True).click()
        heading = page.get_by_role("heading", name=name, level=2, exact=True)
        assert heading.evaluate("e => e.getBoundingClientRect().top < innerHeight")


def test_it_asks_for_nothing_else(browser: Browser, report: str) -> None:
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report)
    shown = page.evaluate("[...document.images].map(e => e.naturalWidth > 0)")
    page.close()
    assert len(shown) == 9
    assert all(shown)
    assert [url for url in asked if not url.startswith("data:")] == [report]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(
    browser: Browser, report: str, scheme: Literal["light", "dark"]
) -> None:
    # Axe's script is added to the page, which its policy would not let in.
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(report)
    found = violations(page)
    context.close()
    assert found == []
