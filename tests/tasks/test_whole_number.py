import pytest

from tasks.whole_number import whole_number


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("4", 4), ("007", 7), (str(2**63 - 1), 2**63 - 1)]
)
def test_digits_are_a_number(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text",
    ["", " 4", "4\n", "+4", "-4", "4.0", "1_0", "four", "²", "٣", str(2**63), "1" * 5000],
)
def test_another_text_is_none(text: str) -> None:
    assert whole_number(text) is None
