import numpy as np
import pytest

from tasks.evaluation.mcnemar import mcnemar
from tasks.params.promotion import PromotionParams
from tasks.registry.rule import TOLERANCE, Decision, Incomparable, Measured, decide
from tasks.registry.score import Score
from tasks.runs.promotion_record import Comparison

GONE = Incomparable(3, "its model is gone")


def comparison(
    only_new: int, only_champion: int, both: int = 300, records: int = 350
) -> Comparison:
    return Comparison(
        champion=3,
        records=records,
        correct=both + only_new,
        champion_correct=both + only_champion,
        only_new=only_new,
        only_champion=only_champion,
        p_value=mcnemar(only_new, only_champion),
    )


def decided(
    promote: str,
    measured: Measured,
    *,
    top1: float = 0.9,
    min_accuracy: float | None = None,
    shortfall: float = 0.0,
    rolled_back: str = "",
) -> Decision:
    params = PromotionParams.model_validate({"promote": promote, "min_accuracy": min_accuracy})
    return decide(
        params,
        score=Score.of(top1, 10_000),
        measured=measured,
        shortfall=shortfall,
        rolled_back=rolled_back,
    )


@pytest.mark.parametrize("promote", ["if_not_worse", "if_better", "always"])
def test_the_first_model_is_promoted(promote: str) -> None:
    assert decided(promote, None).promoted


def test_never_is_never() -> None:
    assert decided("never", None) == Decision(False, "promote is never")
    better = decided("never", comparison(30, 0))
    assert not better.promoted
    assert better.why.startswith("promote is never; 0.9429 (95 %: 0.913 to 0.963) against 0.8571")


class TestLeastAccuracy:
    @pytest.mark.parametrize("promote", ["if_not_worse", "if_better", "always"])
    @pytest.mark.parametrize("measured", [None, comparison(30, 0), GONE])
    def test_holds_for_every_rule(self, promote: str, measured: Measured) -> None:
        refused = decided(promote, measured, top1=0.8499, min_accuracy=0.85)
        assert refused == Decision(
            False, "top-1 accuracy 0.8499 (95 %: 0.843 to 0.857) is below min_accuracy 0.85"
        )

    def test_is_enough_itself(self) -> None:
        assert decided("if_not_worse", None, top1=0.85, min_accuracy=0.85).promoted


class TestIfBetter:
    def test_significantly(self) -> None:
        found = decided("if_better", comparison(20, 5))
        assert found.promoted
        assert found.why == (
            "0.9143 (95 %: 0.880 to 0.939) against 0.8714 (95 %: 0.832 to 0.903) of version 3 on "
            "the same 350 validation records, McNemar p = 0.0041"
        )

    @pytest.mark.parametrize(
        ("new", "champion", "why"),
        [
            (5, 1, "better, but not significantly"),
            (5, 0, "better, but not significantly"),
            (6, 0, ""),
            (0, 0, "not better"),
            (7, 7, "not better"),
            (0, 9, "not better"),
        ],
    )
    def test_or_not(self, new: int, champion: int, why: str) -> None:
        found = decided("if_better", comparison(new, champion))
        assert found.promoted == (not why)
        assert found.why.endswith(why)


class TestIfNotWorse:
    @pytest.mark.parametrize(("new", "champion"), [(0, 0), (7, 7), (9, 0), (8, 7)])
    def test_as_many_right_answers_will_do(self, new: int, champion: int) -> None:
        assert decided("if_not_worse", comparison(new, champion)).promoted

    def test_hardly_fewer_will_do(self) -> None:
        """3 of 350 records are 0.86 points."""
        found = decided("if_not_worse", comparison(7, 10))
        assert found.promoted
        assert found.why.endswith(": not significantly worse")
        assert found.shortfall == pytest.approx(3 / 350)

    def test_more_than_a_point_fewer_will_not(self) -> None:
        found = decided("if_not_worse", comparison(7, 11))
        assert not found.promoted
        assert found.why.endswith(": 1.14 points below the best champion, expected 1 at most")

    def test_few_records_leave_no_room(self) -> None:
        """1 of 60 is more than a point, and no test would find it significant."""
        assert not decided("if_not_worse", comparison(0, 1, both=50, records=60)).promoted

    def test_significantly_fewer_will_not_however_many_records_there_are(self) -> None:
        found = decided("if_not_worse", comparison(400, 480, both=80_000, records=100_000))
        assert not found.promoted
        assert found.why.endswith(": significantly worse")

    def test_a_gain_makes_up_for_a_loss(self) -> None:
        lost = decided("if_not_worse", comparison(7, 10)).shortfall
        gained = decided("if_not_worse", comparison(9, 7), shortfall=lost).shortfall
        assert gained == pytest.approx(1 / 350)
        assert decided("if_not_worse", comparison(9, 2), shortfall=lost).shortfall == 0
        assert decided("if_better", comparison(20, 5), shortfall=lost).shortfall == 0

    def test_a_row_of_slightly_worse_models_does_not_lead_down(self) -> None:
        """Each is one record worse than its champion, which no test would tell from chance."""
        right, shortfall, promotions = 320, 0.0, 0
        for _ in range(20):
            found = decided("if_not_worse", comparison(7, 8, both=right - 8), shortfall=shortfall)
            if found.promoted:
                right, shortfall, promotions = right - 1, found.shortfall, promotions + 1
        assert promotions == 3
        assert 320 - right <= TOLERANCE * 350

    def test_no_order_of_models_leads_further_down(self) -> None:
        """A random walk of champions, measured on the same 1,000 records."""
        rng = np.random.default_rng(5)
        right = best = 900
        shortfall = 0.0
        for _ in range(2000):
            new = min(right + int(rng.integers(-12, 10)), 1000)
            lost = max(right - new, 0)
            candidate = comparison(max(new - right, 0), lost, both=right - lost, records=1000)
            found = decided("if_not_worse", candidate, shortfall=shortfall)
            if found.promoted:
                right, shortfall = new, found.shortfall
            best = max(best, right)
            assert right >= best - TOLERANCE * 1000


class TestIncomparable:
    @pytest.mark.parametrize("promote", ["if_not_worse", "if_better"])
    def test_is_not_promoted(self, promote: str) -> None:
        assert decided(promote, GONE) == Decision(
            False,
            "it cannot be compared with version 3: its model is gone; promoted only with promote: "
            "always",
        )

    def test_always_is_always(self) -> None:
        found = decided("always", GONE)
        assert found.promoted
        assert found.why == (
            "promote is always; cannot be compared with version 3: its model is gone"
        )


class TestRolledBack:
    @pytest.mark.parametrize("promote", ["if_not_worse", "if_better"])
    def test_is_not_promoted_again(self, promote: str) -> None:
        found = decided(promote, comparison(30, 0), rolled_back="by ann at 2026-11-27")
        assert not found.promoted
        assert found.why == (
            "it was rolled back by ann at 2026-11-27: it is promoted again only by hand or with "
            "promote: always"
        )

    def test_but_by_always(self) -> None:
        assert decided("always", comparison(0, 30), rolled_back="by ann").promoted


def test_always_takes_a_worse_one_and_starts_anew() -> None:
    found = decided("always", comparison(0, 30), shortfall=0.01)
    assert (found.promoted, found.shortfall) == (True, 0.0)
