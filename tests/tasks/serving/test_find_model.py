from pathlib import Path

import pytest

from support.registry import promoted, registered, write_registry
from support.serving import promote
from tasks.errors import DataError, GraftError, ParamsError
from tasks.runs.record import record_failure, record_step
from tasks.serving.find_model import (
    champion_model,
    find_model,
    following,
    require_champion,
)
from tasks.storage.paths import Home

DIGEST = "ab12cd34ef56ab12"


@pytest.fixture
def home(tmp_path: Path, tiny_model: Path) -> Home:
    """Version 1 was promoted, version 2 is the champion; a run exported a third model."""
    home = Home(tmp_path / "home")
    promote(home, 1, tiny_model)
    promote(home, 2, tiny_model)
    (home.exports / DIGEST).mkdir()
    (home.exports / DIGEST / "1").symlink_to(tiny_model)
    record_step(home, "a run", "export_model", {"digest": DIGEST})
    record_step(home, "birds/a run", "export_model", {"digest": "e1"})
    record_step(home, "birds/its own", "export_model", {"digest": "e2"})
    record_step(home, "another", "report", {})
    record_failure(home, "failed", "export_model", "no room")
    return home


def test_the_champion(home: Home) -> None:
    found = require_champion(home, "flowers")
    assert (found.version, found.digest) == (2, "e2")
    assert found.folder == home.exports / "e2" / "1"
    assert following(home, "flowers")() == champion_model(home, "flowers") == found


def test_files_of_a_champion_are_checked_once(
    home: Home, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = following(home, "flowers")
    checked: list[Path] = []
    monkeypatch.setattr("tasks.serving.find_model.require_whole", checked.append)
    assert [find(), find()] == [champion_model(home, "flowers")] * 2
    checked.clear()
    find()
    assert checked == []
    promote(home, 3, tiny_model)
    assert find() == champion_model(home, "flowers")
    assert home.exports / "e3" in checked


@pytest.mark.parametrize(
    ("model", "version", "digest"),
    [
        ("1", 1, "e1"),
        ("champion", 2, "e2"),
        ("previous", 1, "e1"),
        ("a run", 1, DIGEST),
        (DIGEST[:6], 1, DIGEST),
        # The digest of a model, as its registration has it.
        (f"{2:016x}", 2, "e2"),
    ],
)
def test_by_version_alias_run_and_digest(home: Home, model: str, version: int, digest: str) -> None:
    found = find_model(home, "flowers", model)
    assert (found.version, found.digest) == (version, digest)


def test_by_path(home: Home, tiny_model: Path) -> None:
    for path in (tiny_model, tiny_model.parent):
        assert find_model(home, "flowers", str(path)).folder == tiny_model
    (home.root / "57").symlink_to(tiny_model)
    assert find_model(home, "flowers", str(home.root / "57")).version == 57


def test_a_run_is_one_of_the_pipeline(home: Home) -> None:
    for run in ("a run", "birds/a run"):
        assert find_model(home, "birds", run).digest == "e1"
    with pytest.raises(ParamsError, match="the run 'another' belongs to the pipeline flowers, exp"):
        find_model(home, "birds", "another")


@pytest.mark.parametrize("model", ["5" * 5000, "x" * 5000, "./" + "x" * 5000, "٢"])
def test_a_text_that_is_long_or_no_number(home: Home, model: str) -> None:
    with pytest.raises(GraftError, match="--model is '"):
        find_model(home, "flowers", model)


@pytest.mark.parametrize(
    ("model", "kind", "message"),
    [
        ("birds/a run", ParamsError, "the run 'birds/a run' belongs to the pipeline birds"),
        (
            "its own",
            ParamsError,
            "the run 'its own' belongs to the pipeline birds, expected",
        ),
        ("nothing", ParamsError, "--model is 'nothing', expected a version's number, champion or"),
        ("7", ParamsError, "--model is '7', expected a version's number"),
        ("./nothing", DataError, "--model is 'nothing', which has no saved_model.pb: expected a S"),
        ("another", DataError, "the run 'another' has not exported a model"),
        ("failed", DataError, "the run 'failed' could not export its model: no room"),
        ("abcdef", ParamsError, "--model is 'abcdef', with which 2 exports begin: give more of"),
        ("3", DataError, "version 3 of 'flowers' was not exported: run the DAG again"),
        ("4", DataError, "exports/gone is not there: run the DAG again, which exports the model"),
    ],
)
def test_what_is_not_there(home: Home, model: str, kind: type[GraftError], message: str) -> None:
    for digest in ("abcdef01", "abcdef02"):
        (home.exports / digest).mkdir()
    write_registry(home, [registered(3), registered(4, export="gone")])
    with pytest.raises(kind) as error:
        find_model(home, "flowers", model)
    assert message in str(error.value)


def test_nothing_was_promoted(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert champion_model(home, "flowers") is None
    with pytest.raises(DataError, match=r"^no model of 'flowers' was promoted yet: make run train"):
        require_champion(home, "flowers")


def test_a_damaged_export_is_not_used(home: Home, tiny_model: Path) -> None:
    from tasks.storage.artifact import build

    def make(folder: Path) -> None:
        (folder / "1").mkdir()
        (folder / "1" / "saved_model.pb").write_bytes((tiny_model / "saved_model.pb").read_bytes())

    made = build(home.exports, {"x": 1}, make)
    write_registry(home, [registered(3, export=made.digest), promoted(3)])
    assert require_champion(home, "flowers").digest == made.digest
    (made.path / "1" / "saved_model.pb").write_bytes(b"other")
    with pytest.raises(DataError, match="it was changed after it was made"):
        require_champion(home, "flowers")
