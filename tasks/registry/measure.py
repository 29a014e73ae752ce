"""Measurement of the champion on the validation records of a new model."""

import logging
from collections.abc import Collection

import numpy as np

from tasks.errors import DataError, GraftError, TransientError
from tasks.models.export import ARRAYS, load_head
from tasks.registry.answers import Answers, answers_of_head, answers_of_model, compare
from tasks.registry.rule import Incomparable
from tasks.registry.todays_features import feature_tables, todays_features
from tasks.registry.version import Version
from tasks.runs.metrics import Metrics, RunMetrics
from tasks.runs.promotion_record import Comparison
from tasks.storage.locations import location
from tasks.storage.paths import Home

logger = logging.getLogger(__name__)


def measure(home: Home, new: RunMetrics, champion: Version) -> Comparison | Incomparable:
    """Measure a new model and the champion on the new model's validation records.

    If both have the same data set, the answers are in their predictions. If the data set has
    changed, or the champion was not measured on some of the records, its head is applied to
    features of today's records. Where the data set has changed, records that the champion was
    trained on are left out, as far as their names tell.

    Raises:
        DataError: the new model's predictions are gone or damaged.
        TransientError: a remote home does not answer.
    """
    answers = answers_of_model(home.models / new.model.digest)
    try:
        return _compare(home, new, answers, champion)
    except TransientError:
        raise
    except (GraftError, OSError, ValueError) as error:
        reason = str(error)
    except KeyError as error:
        reason = f"its metrics lack {error}"
    logger.warning("version %d cannot be measured: %s", champion.number, reason)
    return Incomparable(champion.number, reason)


def _compare(home: Home, new: RunMetrics, answers: Answers, champion: Version) -> Comparison:
    folder = home.models / champion.model
    same_data = new.digests.validation["dataset"] == champion.dataset
    if same_data:
        known = answers_of_model(folder)
        if known.cover(answers):
            theirs, about = known.on_records_of(answers), _left_out(known, answers)
            return compare(answers, theirs, number=champion.number, about=about)
    then = Metrics.read(folder)
    head, known_classes = load_head(folder / ARRAYS)
    theirs = answers_of_head(
        head,
        todays_features(home, new, then),
        known_classes=known_classes,
        class_names=new.class_names,
    )
    # The new model may be measured without some of the records that have features.
    theirs = theirs.on_records_of(answers)
    if same_data:
        about = "the champion left some of these records out and was measured again"
        return compare(answers, theirs, number=champion.number, about=about)
    names, about = _trained_on(then, answers)
    return compare(
        answers.without(names), theirs.without(names), number=champion.number, about=about
    )


def _left_out(champion: Answers, new: Answers) -> str:
    """Return what is to be said of records that the new model was not measured on."""
    count = len(champion.right) - len(new.right)
    noun = "record" if count == 1 else "records"
    return f"both were measured without the {count:,} {noun} that the run left out" if count else ""


def _trained_on(champion: Metrics, answers: Answers) -> tuple[Collection[str], str]:
    """Return the names of the records that the champion was trained on, and what to say of it.

    Raises:
        DataError: it was trained on all of today's validation records.
    """
    today = "the data set has changed: both were measured on today's records"
    try:
        tables = feature_tables(location(champion.features.train.path))
        names = {name for table in tables for name in table["name"].to_pylist()}
    except TransientError:
        raise
    except (GraftError, OSError, ValueError, KeyError) as error:
        logger.warning("the champion's training records are not known: %s", error)
        return frozenset(), f"{today}, of which the champion may have been trained on some"
    left_out = int(np.count_nonzero([bool(name) and name in names for name in answers.name]))
    if left_out == len(answers.name):
        raise DataError("it was trained on all of today's validation records")
    if not left_out:
        return names, today
    return names, f"{today} but {left_out:,} that the champion was trained on"
