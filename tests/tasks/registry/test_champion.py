from pathlib import Path

from support.registry import promoted, registered, rolled_back, version, write_registry
from tasks.registry.champion import champion, find_version
from tasks.storage.paths import Home


def test_is_none_before_the_first_promotion(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert champion(home) is None
    assert list(tmp_path.iterdir()) == []


def test_follows_promotions_and_roll_backs(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_registry(home, [registered(1), registered(2, export="e2"), promoted(1)])
    assert champion(home) == version(1)
    write_registry(home, [promoted(2)])
    assert champion(home) == version(2, export="e2")
    write_registry(home, [rolled_back(2)])
    assert champion(home) == version(1)


def test_every_name_has_its_own(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_registry(home, [registered(1), promoted(1)], "birds")
    assert champion(home) is None
    assert champion(home, "birds") == version(1)


def test_versions_are_found_by_number_and_alias(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_registry(home, [registered(1), registered(2), promoted(1), promoted(2)])
    labels = ("champion", "previous", "1", "2", "3", "0", "-1", "best", "", "٢", "2" * 5000)
    found = [find_version(home, label) for label in labels]
    numbers = [each.number if each else None for each in found]
    assert numbers == [2, 1, 1, 2, *[None] * 7]
