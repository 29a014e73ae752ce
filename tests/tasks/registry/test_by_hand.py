import shutil
from pathlib import Path

import pytest

from support.trained import Model, write_trained
from tasks.errors import DataError, GraftError, ParamsError
from tasks.params.promotion import PromotionParams
from tasks.registry.by_hand import MOST_WHY, promote, roll_back
from tasks.registry.champion import FLOWERS
from tasks.registry.history import HISTORY, read_registry
from tasks.registry.promote import promote_run
from tasks.storage.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home of two versions, of which the first is the champion, and of a run without one."""
    home = Home(tmp_path)
    for run_id, right in (("good", 30), ("bad", 10)):
        write_trained(home, Model(run_id, [True] * right + [False] * (40 - right)))
        promote_run(home, FLOWERS, run_id, PromotionParams(), who="a run")
    write_trained(home, Model("other", [True] * 20 + [False] * 20))
    for run_id in ("owls/other", "owls/hoot"):
        write_trained(home, Model(run_id, [True] * 25 + [False] * 15))
    return home


def aliases(home: Home) -> dict[str, int]:
    return read_registry(home, FLOWERS).aliases()


def delete(home: Home, number: int) -> None:
    shutil.rmtree(home.models / read_registry(home, FLOWERS).versions[number].model)


class TestPromote:
    @pytest.mark.parametrize("label", ["2", "bad"])
    def test_a_version_or_a_run(self, home: Home, label: str) -> None:
        assert promote(home, FLOWERS, label, who="ann", why=" it is\nsmaller ").number == 2
        assert aliases(home) == {"champion": 2, "previous": 1}
        last = read_registry(home, FLOWERS).events[-1]
        assert (last.kind, last.who, last.why, last.run_id) == (
            "promoted",
            "ann",
            "it is smaller",
            None,
        )

    def test_a_run_without_a_version_gets_one(self, home: Home) -> None:
        assert promote(home, FLOWERS, "other", who="ann").number == 3
        registry = read_registry(home, FLOWERS)
        assert [event.kind for event in registry.events[-2:]] == ["registered", "promoted"]
        assert registry.versions[3].run_id == "other"
        assert registry.events[-1].why == "by hand"

    def test_a_run_of_an_id_is_that_of_the_pipeline(self, home: Home) -> None:
        for label in ("other", "owls/other", home.run("owls/other").name):
            path = Home(home.root).registry / "owls" / HISTORY
            path.unlink(missing_ok=True)
            assert promote(home, "owls", label, who="ann").run_id == "owls/other"
        assert aliases(home) == {"champion": 1}

    @pytest.mark.parametrize("label", ["good", "bad"])
    def test_a_run_of_another_pipeline(self, home: Home, label: str) -> None:
        message = f"the run '{label}' belongs to the pipeline flowers, expected one of owls"
        with pytest.raises(ParamsError, match=message):
            promote(home, "owls", label, who="ann")
        with pytest.raises(ParamsError, match="belongs to the pipeline flowers, expected one of"):
            promote(home, "owls", home.run(label).name, who="ann")
        assert read_registry(home, "owls").versions == {}

    @pytest.mark.parametrize(
        ("label", "message"),
        [
            ("1", "version 1 is the champion already"),
            ("good", "version 1 is the champion already"),
            ("7", "there is no version and no run '7': expected a version from 1 to 2, or the id"),
            ("0", "there is no version and no run '0'"),
            ("", "there is no version and no run ''"),
            ("../runs/good", "there is no version and no run '../runs/good'"),
            ("²", "there is no version and no run '²'"),
            ("٢", "there is no version and no run '٢'"),
            ("2" * 5000, "there is no version and no run '2222"),
            (
                "owls/other",
                "the run 'owls/other' belongs to the pipeline owls, expected one of",
            ),
            ("hoot", "the run 'hoot' belongs to the pipeline owls, expected one of flowers"),
        ],
    )
    def test_errors_name_the_version(self, home: Home, label: str, message: str) -> None:
        before = read_registry(home, FLOWERS)
        with pytest.raises(ParamsError) as caught:
            promote(home, FLOWERS, label, who="ann")
        assert str(caught.value).startswith(message)
        assert read_registry(home, FLOWERS) == before

    def test_there_is_none_in_a_new_home(self, tmp_path: Path) -> None:
        with pytest.raises(ParamsError, match=r"a version, of which there is none yet, or"):
            promote(Home(tmp_path / "new"), FLOWERS, "1", who="ann")

    def test_files_that_are_gone(self, home: Home) -> None:
        delete(home, 2)
        with pytest.raises(DataError, match=r"version 2 cannot be used: .* is gone: graft gc or"):
            promote(home, FLOWERS, "2", who="ann")
        assert aliases(home) == {"champion": 1}

    def test_a_reason_that_is_a_book(self, home: Home) -> None:
        with pytest.raises(ParamsError, match="the reason has 1,001 characters, expected 1,000"):
            promote(home, FLOWERS, "2", who="ann", why="x" * (MOST_WHY + 1))


class TestRollBack:
    def test_to_the_version_before(self, home: Home) -> None:
        promote(home, FLOWERS, "2", who="ann")
        left, now = roll_back(home, FLOWERS, who="ann", why="it is worse")
        assert (left.number, now.number) == (2, 1)
        assert aliases(home) == {"champion": 1}
        assert read_registry(home, FLOWERS).events[-1].why == "it is worse"

    def test_nothing_was_promoted(self, tmp_path: Path) -> None:
        with pytest.raises(ParamsError, match=r"^nothing to roll back: no version of flowers was"):
            roll_back(Home(tmp_path / "new"), FLOWERS, who="ann")

    def test_nothing_was_before(self, home: Home) -> None:
        message = "^nothing to roll back to: no version was the champion before version 1$"
        with pytest.raises(ParamsError, match=message):
            roll_back(home, FLOWERS, who="ann")

    def test_the_champion_is_another_than_the_person_saw(self, home: Home) -> None:
        promote(home, FLOWERS, "2", who="ann")
        with pytest.raises(ParamsError, match=r"version 1 is not the champion any more, version 2"):
            roll_back(home, FLOWERS, who="ann", number=1)
        assert roll_back(home, FLOWERS, who="ann", number=2)[1].number == 1

    def test_files_that_are_gone(self, home: Home) -> None:
        promote(home, FLOWERS, "2", who="ann")
        delete(home, 1)
        with pytest.raises(GraftError, match=r"version 1 cannot be used: .* is gone"):
            roll_back(home, FLOWERS, who="ann")
        assert aliases(home)["champion"] == 2
