"""The most accurate run on every data set, and if chance could have made it so."""

import functools
import logging
from collections.abc import Sequence
from pathlib import Path

from tasks.errors import GraftError
from tasks.evaluation.mcnemar import mcnemar
from tasks.registry.answers import answers_of_model, compare
from tasks.registry.rule import SIGNIFICANT
from tasks.registry.score import Score
from tasks.report.runs import RunRow
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)

#: Marks of the most accurate run: better than every other one, perhaps only by chance, and unknown.
BEST = "best"
NOT_SIGNIFICANTLY = "best, not significantly"
NOT_COMPARED = "best, not compared"


def best_runs(home: Home, rows: Sequence[RunRow]) -> dict[str, str]:
    """Return the name of the most accurate run on every data set, and how it is to be marked.

    Of equals, it is the first. It is the best if McNemar's test on the same validation records
    finds it better than each other model. As all tests have to agree, the chance to mark one of
    several equally good models is no more than the level of one test. The only model on a data set
    has no mark.

    Args:
        home: where the models are.
        rows: the oldest first.
    """
    found = {}
    for dataset in dict.fromkeys(row.dataset for row in rows):
        of_data = [row for row in rows if row.dataset == dataset]
        best = max(of_data, key=lambda row: row.score.top1)
        # Runs of one model are one model. The nearest rival is the likeliest to be as good.
        rivals = {row.model: row for row in of_data if row.model != best.model}
        if rivals:
            nearest_first = sorted(rivals.values(), key=lambda row: -row.score.top1)
            found[best.name] = _mark(home, best, nearest_first)
    return found


def _mark(home: Home, best: RunRow, rivals: Sequence[RunRow]) -> str:
    """Return the mark of a run; the first rival that it is not surely better than decides."""
    for rival in rivals:
        try:
            p_value = _p_value(home, best, rival)
        except (GraftError, OSError, ValueError) as error:
            logger.warning("%s and %s are not compared: %s", best.name, rival.name, error)
            return NOT_COMPARED
        if p_value >= SIGNIFICANT:
            return NOT_SIGNIFICANTLY
    return BEST


def _p_value(home: Home, best: RunRow, rival: RunRow) -> float:
    """Return the p-value of two runs, or a bound of it on the same side of the level."""
    if best.score.count == rival.score.count:
        least, most = p_value_bounds(best.score, rival.score)
        if least >= SIGNIFICANT:
            return least
        if most < SIGNIFICANT:
            return most
    return _compared(home.models / best.model, home.models / rival.model)


def p_value_bounds(better: Score, worse: Score) -> tuple[float, float]:
    """Return the least and the largest p-value of McNemar's test that two scores leave possible.

    The difference of right answers is known; the more records only one of the two gets right, the
    larger is the p-value.

    Args:
        better: of one classifier.
        worse: of another one on the same records, not more right answers.
    """
    difference = better.correct - worse.correct
    most = min(worse.correct, better.count - better.correct)
    return mcnemar(difference, 0), mcnemar(difference + most, most)


# Models never change, and the page is drawn often.
@functools.lru_cache(maxsize=1024)
def _compared(best: Path, rival: Path) -> float:
    """Return the p-value of the predictions of two models.

    Raises:
        DataError: predictions are gone, damaged, or of other records.
    """
    return compare(answers_of_model(best), answers_of_model(rival), number=0).p_value
