from pathlib import Path

import pytest

from support.serving import picture
from support.tiny_saved_model import COLOURS, OTHERS
from tasks.errors import PictureError
from tasks.serving.classifier import Answer
from tasks.serving.errors import BusyError, NotServedError, RequestError
from tasks.serving.find_model import FoundModel
from tasks.serving.served import Served, ServedModel


def names(answer: Answer | PictureError) -> tuple[str, ...]:
    assert isinstance(answer, Answer)
    return answer.classes


def test_by_name_version_and_label(served: Served) -> None:
    for version, label in ((None, None), ("3", None), (None, "champion")):
        with served.model("flowers", version, label) as model:
            assert model.found.version == 3


def test_another_name_version_or_label_is_not_here(served: Served) -> None:
    with (
        pytest.raises(NotServedError, match=r"^Servable not found for request: Latest\(birds\)"),
        served.model("birds"),
    ):
        pass
    with (
        pytest.raises(NotServedError, match=r"^Servable not found for request: Specific\(flo.*4\)"),
        served.model("flowers", "4"),
    ):
        pass
    with (
        pytest.raises(RequestError, match="Unrecognized servable version label: best"),
        served.model("flowers", label="best"),
    ):
        pass


def test_a_model_that_is_no_champion_has_no_label(tiny_model: Path) -> None:
    pinned = Served("flowers", labelled=False)
    with (
        pytest.raises(RequestError, match="Unrecognized servable version label: champion"),
        pinned.model("flowers", label="champion"),
    ):
        pass


def test_nothing_is_promoted_yet() -> None:
    empty = Served("flowers", labelled=True)
    with pytest.raises(BusyError, match="no model of 'flowers' was promoted yet; graft promote"):
        empty._find("flowers", None, None)
    empty.problem = "version 1 is damaged"
    with pytest.raises(BusyError, match="version 1 is damaged"), empty.model("flowers"):
        pass


def test_a_replaced_model_answers_its_requests_and_is_freed(
    served: Served, other_model: Path
) -> None:
    red = [picture("red")]
    with served.model("flowers") as old:
        served.replace(ServedModel(FoundModel(other_model, 4)))
        with served.model("flowers") as new:
            (answer,) = new.classifier.classify(red)
        assert names(answer) == OTHERS
        (answer,) = old.classifier.classify(red)
        assert names(answer) == COLOURS
    with pytest.raises(RuntimeError, match="closed"):
        old.classifier.classify(red)


def test_an_idle_model_is_freed_at_once(served: Served) -> None:
    old = served.current
    assert old is not None
    served.replace(None)
    with pytest.raises(RuntimeError, match="closed"):
        old.classifier.classify([picture("red")])
