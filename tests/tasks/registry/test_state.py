from support.registry import promoted, registered, rolled_back, version
from tasks.registry.event import Event
from tasks.registry.state import Registry

THREE = (registered(1), registered(2), registered(3))


def registry(*events: Event) -> Registry:
    return Registry((*THREE, *events))


def test_an_empty_one_has_no_champion() -> None:
    empty = Registry(())
    assert (empty.champion, empty.previous, empty.next_number) == (None, None, 1)
    assert empty.aliases() == {}


def test_versions_without_a_promotion_have_no_champion() -> None:
    assert registry().champion is None
    assert registry().next_number == 4


def test_the_champion_is_what_was_promoted_last() -> None:
    state = registry(promoted(1), promoted(3))
    assert (state.champion, state.previous) == (version(3), version(1))
    assert state.aliases() == {"champion": 3, "previous": 1}
    assert list(state.aliases_of(3)) == ["champion"]
    assert list(state.aliases_of(2)) == []


def test_a_refusal_changes_no_name() -> None:
    refused = Event(kind="not promoted", number=2, who="a run", why="worse")
    state = registry(promoted(1), refused)
    assert state.aliases() == {"champion": 1}
    assert state.last_event(2) == refused


def test_roll_backs_go_back_promotion_by_promotion() -> None:
    events = [promoted(1), promoted(2), promoted(3)]
    assert registry(*events, rolled_back(3)).aliases() == {"champion": 2, "previous": 1}
    state = registry(*events, rolled_back(3), rolled_back(2))
    assert state.aliases() == {"champion": 1}


def test_a_version_may_be_promoted_again() -> None:
    state = registry(promoted(1), promoted(2), rolled_back(2), promoted(2))
    assert state.aliases() == {"champion": 2, "previous": 1}


def test_a_version_registered_again_is_as_it_was_last() -> None:
    state = registry(registered(2, export="e"))
    assert len(state.versions) == 3
    assert state.versions[2].export == "e"


def test_finds_the_version_of_a_model() -> None:
    assert registry().version_of_model(version(2).model) == version(2)
    assert registry().version_of_model("another") is None


def test_knows_what_last_happened_to_a_version() -> None:
    state = registry(promoted(1), promoted(2), rolled_back(2))
    last = state.last_event(2)
    assert last is not None
    assert last.kind == "rolled back"
    assert state.last_event(3) is None
