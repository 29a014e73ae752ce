"""Rules of accessibility, checked by axe in a real browser."""

from typing import Any


def violations(page: Any) -> list[str]:
    """Return the ids of the rules that a page breaks; at least one rule has to hold."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response
    assert found["passes"]
    return [violation["id"] for violation in found["violations"]]
