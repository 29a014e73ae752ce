import logging
from pathlib import Path

import pytest

from support.registry import registered, rolled_back, write_registry
from support.serving import promote
from support.waits import wait_until
from tasks.errors import DataError
from tasks.serving.find_model import FoundModel, following
from tasks.serving.follow import Follower, warm_up
from tasks.serving.served import Served, ServedModel
from tasks.storage.paths import Home


def version_of(served: Served) -> int | None:
    return served.current.found.version if served.current else None


def test_promotions_and_roll_backs_are_followed(
    tmp_path: Path, tiny_model: Path, other_model: Path
) -> None:
    home, served = Home(tmp_path), Served("flowers", labelled=True)
    loads: list[bool] = []
    follower = Follower(served, following(home, "flowers"), interval=0.01, observe=loads.append)
    follower.start()
    assert version_of(served) is None
    promote(home, 1, tiny_model)
    wait_until(lambda: version_of(served) == 1, 30, "version 1", every=0.01)
    promote(home, 2, other_model)
    wait_until(lambda: version_of(served) == 2, 30, "version 2", every=0.01)
    write_registry(home, [rolled_back(2)])
    wait_until(lambda: version_of(served) == 1, 30, "version 1 again", every=0.01)
    follower.stop()
    assert loads == [True, True, True]


def test_the_old_model_goes_on_if_the_new_one_cannot_be_used(
    tmp_path: Path, tiny_model: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home, served = Home(tmp_path), Served("flowers", labelled=True)
    loads: list[bool] = []
    follower = Follower(served, following(home, "flowers"), observe=loads.append)
    promote(home, 1, tiny_model)
    follower.look()
    promote(home, 2, tmp_path)
    for _ in range(3):
        follower.look()
    assert version_of(served) == 1
    assert loads == [True, False]
    (line,) = [one.message for one in caplog.records if one.levelno == logging.ERROR]
    assert "/e2/1 is no SavedModel: it has no saved_model.pb; version 1 goes on" in line
    assert str(served.problem).startswith(str(home.exports))
    promote(home, 3, tiny_model)
    follower.look()
    assert version_of(served) == 3
    assert loads == [True, False, True]


def test_what_is_being_loaded_is_told(tmp_path: Path, tiny_model: Path) -> None:
    home, told = Home(tmp_path), []

    class Watched(Served):
        def replace(self, new: ServedModel | None) -> None:
            told.append(self.why_nothing())
            super().replace(new)

    served = Watched("flowers", labelled=True)
    promote(home, 1, tiny_model)
    told.append(served.why_nothing())
    Follower(served, following(home, "flowers")).look()
    assert told == [
        "no model of 'flowers' was promoted yet; graft promote ID promotes one",
        "version 1 of 'flowers' is being loaded",
    ]


def test_no_champion_any_more(tmp_path: Path, tiny_model: Path) -> None:
    home, served = Home(tmp_path), Served("flowers", labelled=True)
    follower = Follower(served, following(home, "flowers"))
    promote(home, 1, tiny_model)
    follower.look()
    write_registry(home, [rolled_back(1)])
    follower.look()
    assert version_of(served) is None


def test_a_champion_that_was_not_exported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from support.registry import promoted

    home, served = Home(tmp_path), Served("flowers", labelled=True)
    write_registry(home, [registered(1), promoted(1)])
    Follower(served, following(home, "flowers")).look()
    assert "version 1 of 'flowers' was not exported: run the DAG again" in caplog.text
    assert caplog.text.rstrip().endswith("; nothing is served")


def test_a_defect_does_not_end_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    def find() -> FoundModel | None:
        raise KeyError("defect")

    follower = Follower(Served("flowers", labelled=True), find)
    follower.look()
    assert "the champion of flowers cannot be looked up" in caplog.text


def test_a_model_that_cannot_answer_is_found_before_it_serves(
    tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ServedModel(FoundModel(tiny_model, 1))
    refusal = DataError("does not decode")
    monkeypatch.setattr(model.classifier, "classify", lambda *_, **__: [refusal])
    with pytest.raises(DataError, match="does not decode"):
        warm_up(model)
