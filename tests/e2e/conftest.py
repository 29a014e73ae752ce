"""A GRAFT_HOME, a ``make ui`` and a browser for the whole session."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from support.archives import cut_archive as cut
from support.chromium import chromium
from support.shell import Ran, Shell
from support.ui import Stopped, Ui, running_ui, stop_during_a_run
from tasks.storage.paths import CHECKOUT, Home

SCREENSHOTS = CHECKOUT / "screenshots"


@pytest.fixture(scope="session")
def shell(tmp_path_factory: pytest.TempPathFactory, short_lived_jvms: dict[str, str]) -> Shell:
    return Shell(Home(tmp_path_factory.mktemp("graft")), short_lived_jvms)


@pytest.fixture(scope="session")
def newcomer(tmp_path_factory: pytest.TempPathFactory, short_lived_jvms: dict[str, str]) -> Shell:
    """A home of its own, whose registry is empty at first."""
    return Shell(Home(tmp_path_factory.mktemp("newcomer")), short_lived_jvms)


@pytest.fixture(scope="session")
def first(newcomer: Shell) -> Ran:
    """The newcomer's first ``make run``: the bundled sample through Airflow and Spark."""
    return newcomer.make_run({"epochs": 4})


@pytest.fixture(scope="session")
def ui(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ui]:
    """``make ui`` for all tests before that of its end; its DAG is paused, no run was made."""
    with running_ui(tmp_path_factory.mktemp("ui")) as running:
        yield running


@pytest.fixture(scope="session")
def stopped_ui(ui: Ui) -> Stopped:
    """The end of the session's ``make ui``: Ctrl-C while Spark runs."""
    return stop_during_a_run(ui)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, driven by Playwright."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def screenshot() -> Callable[[Page, str], None]:
    """Keeps what a page shows as ``screenshots/<name>.png``; make pictures takes some of them."""
    SCREENSHOTS.mkdir(exist_ok=True)

    def keep(page: Page, name: str) -> None:
        # Until what slides in has come to rest; Airflow asks its server again and again.
        page.wait_for_timeout(500)
        page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")

    return keep


@pytest.fixture(scope="session")
def flowers_archive(fixtures_folder: Path) -> Path:
    """3,670 photographs in the official layout."""
    return fixtures_folder / "flowers.tar.gz"


@pytest.fixture(scope="session")
def official_checkpoint(fixtures_folder: Path) -> Path:
    """A checkpoint of Inception v1 in the official layout."""
    return fixtures_folder / "inception_v1_2016_08_28.tar.gz"


@pytest.fixture(scope="session")
def cut_archive(flowers_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 records of the photographs: 32 in each training shard, 8 in each validation shard."""
    return cut(flowers_archive, tmp_path_factory.mktemp("cut"))
