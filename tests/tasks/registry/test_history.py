import signal
import subprocess
import time
from pathlib import Path

import pytest

from support import python_programs
from support.registry import NAME, promoted, registered, write_registry
from tasks.errors import DataError, ParamsError, StorageError
from tasks.registry.history import HISTORY, change_registry, read_registry, registry_folder
from tasks.storage.paths import CHECKOUT, Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def start(home: Home, count: int, writer: str) -> "subprocess.Popen[str]":
    """Start a process that registers and promotes versions."""
    path = f"{CHECKOUT}:{CHECKOUT / 'tests'}"
    return python_programs.start("register_versions", home.root, count, writer, PYTHONPATH=path)


def test_events_are_added_in_their_order(home: Home) -> None:
    write_registry(home, [registered(1), promoted(1)])
    after = write_registry(home, [registered(2), promoted(2)])
    assert [event.number for event in after.events] == [1, 1, 2, 2]
    assert read_registry(home, NAME) == after


def test_what_was_written_is_never_rewritten(home: Home) -> None:
    write_registry(home, [registered(1), promoted(1)])
    before = (home.registry / NAME / HISTORY).read_bytes()
    write_registry(home, [registered(2)])
    assert (home.registry / NAME / HISTORY).read_bytes().startswith(before)


def test_a_change_without_events_writes_nothing(home: Home) -> None:
    assert change_registry(home, NAME, lambda _: []).events == ()
    assert not (home.registry / NAME / HISTORY).exists()


def test_a_change_that_fails_leaves_all_as_it_was(home: Home) -> None:
    before = write_registry(home, [registered(1)])

    def fail(_: object) -> list[object]:
        raise DataError("gone")

    with pytest.raises(DataError):
        change_registry(home, NAME, fail)  # type: ignore[arg-type]  # it returns nothing
    assert read_registry(home, NAME) == before


def test_writers_at_once_lose_nothing(home: Home) -> None:
    writers = [start(home, 10, writer) for writer in ("a", "b", "c")]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
    registry = read_registry(home, NAME)
    assert sorted(registry.versions) == list(range(1, 31))
    assert {version.model.split()[0] for version in registry.versions.values()} == {"a", "b", "c"}
    assert registry.aliases() == {"champion": 30, "previous": 29}


def test_a_killed_writer_leaves_a_whole_registry(home: Home) -> None:
    for wanted in (1, 6, 11):
        writer = start(home, 10_000, "killed")
        deadline = time.monotonic() + 60
        while read_registry(home, NAME).next_number <= wanted:
            assert time.monotonic() < deadline
            assert writer.poll() is None
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        registry = read_registry(home, NAME)
        # Registration and promotion are one change.
        assert len(registry.events) == 2 * len(registry.versions)
        champion = registry.champion
        assert champion is not None
        after = write_registry(home, [registered(registry.next_number)])
        assert after.next_number == champion.number + 2
        write_registry(home, [promoted(after.next_number - 1)])
        assert {path.name for path in (home.registry / NAME).iterdir()} == {HISTORY, ".lock"}


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b'{"kind": "crowned"}\n',
        b"\xff\n",
        b"[" * 100_000,
        b'{"kind": "promoted", "number": 1, "who": "a"}\n',
        b"\n",
    ],
)
def test_damage_is_named(home: Home, content: bytes) -> None:
    path = home.registry / NAME / HISTORY
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"history.jsonl is damaged .* restore it from a backup"):
        read_registry(home, NAME)
    with pytest.raises(DataError):
        write_registry(home, [registered(1)])
    assert path.read_bytes() == content


def test_an_alias_of_a_version_that_is_not_there_is_damage(home: Home) -> None:
    path = home.registry / NAME / HISTORY
    write_registry(home, [registered(1), promoted(1)])
    path.write_text(path.read_text().splitlines()[1] + "\n")
    with pytest.raises(DataError, match="version 1 was never registered"):
        read_registry(home, NAME)


def test_a_home_that_cannot_be_written_is_named(home: Home) -> None:
    home.registry.write_text("a file")
    with pytest.raises(StorageError, match=r"cannot write .*registry"):
        write_registry(home, [registered(1)])


@pytest.mark.parametrize("name", ["", "..", "a/b", "Flowers", ".x", "a" * 101, "a\n"])
def test_a_name_that_is_none_is_refused(home: Home, name: str) -> None:
    with pytest.raises(ParamsError, match=r"expected lower-case letters, digits, - and _"):
        registry_folder(home, name)


def test_the_folder_is_the_names(home: Home) -> None:
    assert registry_folder(home, "my-birds_2") == home.root / "registry" / "my-birds_2"
