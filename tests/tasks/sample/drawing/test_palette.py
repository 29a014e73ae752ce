import pytest

from tasks.sample.drawing.palette import GREENS, WHITE, mix, shade


def test_a_shade_below_one_is_darker_and_above_one_brighter() -> None:
    assert shade((100, 50, 200), 0.5) == (50, 25, 100)
    assert shade((100, 50, 200), 1.2) == (120, 60, 240)


def test_a_shade_ends_at_white() -> None:
    assert shade(WHITE, 2) == (255, 255, 255)


@pytest.mark.parametrize(
    ("share", "expected"), [(0, (0, 100, 200)), (1, (200, 0, 0)), (0.5, (100, 50, 100))]
)
def test_a_mixture_lies_between_two_colours(share: float, expected: tuple[int, int, int]) -> None:
    assert mix((0, 100, 200), (200, 0, 0), share) == expected


def test_greens_are_green() -> None:
    for red, green, blue in GREENS:
        assert green > red
        assert green > blue
