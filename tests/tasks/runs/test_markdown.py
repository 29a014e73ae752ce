import pytest

from tasks.runs.markdown import code


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a **b**", "`a **b**`"),
        ("a`b``c", "```a`b``c```"),
        ("`a", "`` `a ``"),
        ("two\nlines", "`two lines`"),
    ],
)
def test_text_from_outside_is_code(text: str, shown: str) -> None:
    assert code(text) == shown
