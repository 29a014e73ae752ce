from pathlib import Path

import pytest

from deploy.checks.registry import check_registry
from support.registry import promoted, registered, write_registry
from support.trained import Model, write_trained
from tasks.errors import DataError
from tasks.storage.paths import Home


def test_names_the_champions(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert check_registry(home) == "no model was registered yet"
    digest = write_trained(home, Model("r", [True])).model.digest
    write_registry(home, [registered(1, model=digest)])
    assert check_registry(home) == "flowers: no version was promoted"
    write_registry(home, [promoted(1)])
    assert check_registry(home) == (
        "flowers: version 1 is the champion, top-1 0.5743 (95 %: 0.522 to 0.625)"
    )


def test_says_what_to_do_about_a_champion_without_files(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_registry(home, [registered(1), promoted(1)])
    with pytest.raises(DataError, match=r"names version 1 as champion.*graft promote"):
        check_registry(home)
