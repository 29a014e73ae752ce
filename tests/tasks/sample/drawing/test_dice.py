from collections import Counter

import numpy as np
import pytest

from tasks.sample.drawing.dice import Dice


@pytest.fixture
def dice() -> Dice:
    return Dice(np.random.default_rng(5))


def test_numbers_fill_their_range(dice: Dice) -> None:
    numbers = [dice.between(-2, 6) for _ in range(1000)]
    assert -2 <= min(numbers) < -1.9
    assert 5.9 < max(numbers) < 6
    # Five standard errors of the mean of a uniform number: 8 / sqrt(12 * 1000).
    assert np.mean(numbers) == pytest.approx(2, abs=0.37)


def test_scattered_numbers_fill_their_range(dice: Dice) -> None:
    numbers = dice.scatter(0.5, 2, count=1000)
    assert numbers.shape == (1000,)
    assert 0.5 <= numbers.min() < 0.52
    assert 1.98 < numbers.max() < 2


def test_a_count_takes_every_value_but_the_last(dice: Dice) -> None:
    assert {dice.count(3, 6) for _ in range(100)} == {3, 4, 5}


@pytest.mark.parametrize(
    ("share", "low", "high"), [(0.0, 0, 0), (0.2, 140, 260), (1.0, 1000, 1000)]
)
def test_a_chance_is_a_share_of_calls(dice: Dice, share: float, low: int, high: int) -> None:
    assert low <= sum(dice.chance(share) for _ in range(1000)) <= high


def test_every_option_is_equally_likely(dice: Dice) -> None:
    picked = Counter(dice.pick("abca") for _ in range(1000))
    assert 430 < picked["a"] < 570
    assert 180 < picked["b"] < 320


def test_a_varied_colour_is_near_the_first_and_in_range(dice: Dice) -> None:
    colours = np.array([dice.vary((128, 3, 250), 20) for _ in range(500)])
    assert colours.min() == 0
    assert colours.max() == 255
    assert 20 < np.abs(colours[:, 0] - 128).max() <= 30


def test_a_seed_gives_the_same_choices() -> None:
    def choices(seed: int) -> tuple[object, ...]:
        dice = Dice(np.random.default_rng(seed))
        return dice.between(0, 1), dice.count(0, 1000), dice.pick(range(1000)), dice.vary((9, 9, 9))

    assert choices(1) == choices(1)
    assert choices(1) != choices(2)
