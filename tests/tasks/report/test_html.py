import math
import re

import pytest
from jinja2 import UndefinedError

from tasks.report.html import TEMPLATES, number, render, shade


def test_a_template_gets_its_variables_escaped_and_the_style_sheet_as_it_is() -> None:
    page = render("missing.html.j2", reason="<b>&\"'")
    assert "<p>&lt;b&gt;&amp;&#34;&#39;</p>" in page
    assert (TEMPLATES / "style.css").read_text(encoding="utf-8") in page


def test_a_variable_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError, match="'reason' is undefined"):
        render("missing.html.j2")


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (1234.5, 1, "1,234.5"),
        (0, 0, "0"),
        (-0.00004, 4, "-0.0000"),
        (1e6, 0, "1,000,000"),
        (None, 4, "n/a"),
        (math.nan, 4, "n/a"),
        (-math.inf, 4, "n/a"),
    ],
)
def test_number(value: float | None, digits: int, shown: str) -> None:
    assert number(value, digits) == shown


@pytest.mark.parametrize(
    ("share", "name"),
    [(0.0, "s0"), (0.04, "s0"), (0.06, "s1"), (0.26, "s3"), (1.0, "s10"), (math.nan, "s0")],
)
def test_shade(share: float, name: str) -> None:
    assert shade(share) == name


def test_the_style_sheet_has_a_colour_for_every_share_but_none_for_nothing() -> None:
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    found = set(re.findall(r"td\.(s\d+) \{", style))
    assert found == {shade(tenths / 10) for tenths in range(1, 11)}
