import pytest

from tasks.sample.drawing.backgrounds import GROUNDS
from tasks.sample.drawing.kinds import KINDS


def test_the_kinds_are_those_of_the_official_data_set() -> None:
    assert list(KINDS) == ["daisy", "dandelion", "roses", "sunflowers", "tulips"]


def test_no_two_kinds_have_the_same_head() -> None:
    assert len({kind.paint for kind in KINDS.values()}) == len(KINDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_kinds_backgrounds_exist(name: str) -> None:
    assert KINDS[name].grounds
    assert set(KINDS[name].grounds) <= set(GROUNDS)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_shares_colours_with_others(name: str) -> None:
    """A classifier must not tell the kinds apart by colour alone."""
    others = {colour for other, kind in KINDS.items() if other != name for colour in kind.colours}
    assert set(KINDS[name].colours) & others
