import pytest

from tasks.registry.score import Score


def test_counts_right_answers() -> None:
    assert Score(3, 4).top1 == 0.75


def test_says_how_far_it_may_be_off() -> None:
    assert Score(317, 350).text == "0.9057 (95 %: 0.871 to 0.932)"
    assert Score(317, 350).interval == "0.871 to 0.932"


@pytest.mark.parametrize("count", [1, 3, 7, 60, 350, 99_991])
def test_of_an_accuracy_is_the_count_that_it_came_from(count: int) -> None:
    for correct in {0, 1, count // 3, count - 1, count}:
        assert Score.of(correct / count, count) == Score(correct, count)
