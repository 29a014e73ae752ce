"""The page of ``graft serve`` in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from support.axe import violations
from support.serving import Server, picture, promote, running_server
from tasks.storage.paths import Home

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = Home(tmp_path_factory.mktemp("page"))
    promote(home, 3, tiny_model)
    with running_server(home) as running:
        running.wait_ready()
        yield running


@pytest.fixture
def asked(browser: Browser, server: Server) -> Iterator[tuple[Page, list[str]]]:
    """The page, and the addresses that it asks for, and errors."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(30_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "console",
        lambda message: asked.append(message.text) if message.type == "error" else None,
    )
    page.goto(server.url)
    yield page, asked
    context.close()


def choose(page: Page, data: bytes, name: str = "rose.png", kind: str = "image/png") -> None:
    file: Any = {"name": name, "mimeType": kind, "buffer": data}
    page.get_by_label("Choose a picture, drop one here, or paste one").set_input_files(file)


def pixel(page: Page) -> list[int]:
    """The middle of the heat map: red, green, blue, opacity."""
    found: list[int] = page.evaluate(
        "() => { const c = document.getElementById('map');"
        " return [...c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data]; }"
    )
    return found


def test_a_picture_is_answered_with_bars_and_a_heat_map(
    asked: tuple[Page, list[str]], server: Server
) -> None:
    page, requests = asked
    assert page.title() == "flowers: ask the model"
    choose(page, picture("blue", "PNG", (300, 200)))
    page.get_by_text("blue, 96.4 %").wait_for()
    page.get_by_text("rose.png, 300 x 200 pixels").wait_for()
    rows = page.get_by_role("row").all_inner_texts()
    assert [row.split()[0] for row in rows] == ["Class", "blue", "red", "green"]
    widths = [bar.get_attribute("width") for bar in page.locator("td.bar rect").all()]
    assert widths == ["96.4%", "1.8%", "1.8%"]
    page.wait_for_function("() => document.getElementById('map').width === 300")
    assert pixel(page)[3] > 0
    page.get_by_label("Show where the model looks").uncheck()
    assert pixel(page) == [0, 0, 0, 0]
    page.get_by_label("Show where the model looks").check()
    page.get_by_label("for the class").select_option("red")
    assert pixel(page)[3] > 0
    assert [url for url in requests if not url.startswith((server.url, "blob:", "data:"))] == []


def test_a_dropped_picture(asked: tuple[Page, list[str]]) -> None:
    page, _ = asked
    transfer = page.evaluate_handle(
        "(bytes) => { const t = new DataTransfer();"
        " t.items.add(new File([new Uint8Array(bytes)], 'x.jpg', { type: 'image/jpeg' }));"
        " return t; }",
        list(picture("red")),
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
    page.get_by_text("red, 96.4 %").wait_for()


def test_a_bad_picture_is_told(asked: tuple[Page, list[str]]) -> None:
    page, _ = asked
    choose(page, b"hallo")
    page.get_by_role("alert").get_by_text("the picture is no picture, it starts with").wait_for()
    assert page.get_by_role("heading", name="Answer").count() == 0
    # What the browser does not show is answered all the same.
    choose(page, picture("red", "TIFF"), "rose.tiff", "image/tiff")
    page.get_by_text("red, 96.4 %").wait_for()
    assert page.get_by_role("alert").inner_text() == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(
    server: Server, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    # Axe's script is added to the page, which its policy would not let in.
    context = browser.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(server.url)
    for _ in range(2):
        assert violations(page) == []
        choose(page, picture("red", "PNG", (300, 200)))
        page.get_by_text("red, 96.4 %").wait_for()
    context.close()


def test_it_is_used_by_keyboard_alone(asked: tuple[Page, list[str]]) -> None:
    page, _ = asked
    choose(page, picture("red", "PNG", (300, 200)))
    page.get_by_text("red, 96.4 %").wait_for()
    page.get_by_label("Choose a picture").focus()
    focused = []
    for _ in range(2):
        page.keyboard.press("Tab")
        focused.append(page.evaluate("document.activeElement.id"))
    assert focused == ["visible", "class"]
