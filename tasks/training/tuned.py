"""Training of the linear classifier to its optimum, at a strength chosen by cross-validation.

A training takes seconds and is deterministic: one that was killed starts over.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from tasks.evaluation.held_out import HeldOut
from tasks.models.bigdl_head import new_model
from tasks.params.definitions import JobConfig
from tasks.runs.sweep_record import Strength, Sweep
from tasks.spark.bigdl import quiet
from tasks.spark.errors import user_errors
from tasks.storage.local_files import storage_errors, write_text
from tasks.training.course import Course
from tasks.training.logistic_regression import Coefficients, fit
from tasks.training.methods import class_weights
from tasks.training.optimizer_log import OPTIMIZER_LOG
from tasks.training.passes import weighting
from tasks.training.places import place_of
from tasks.training.sources import Source
from tasks.training.sweep import FOLDS, Answers, can_sweep, fallback, strength_line, sweep
from tasks.training.trained import Trained, TrainingTask
from tasks.training.turned import Turned, measure, turn

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Chosen:
    """Training records in the form that was chosen, and the strength.

    Attributes:
        turned: the records.
        l2: the strength.
        sweep: record of the comparison, and its answers; None where there was none.
    """

    turned: Turned
    l2: float
    sweep: Sweep | None
    held_out: HeldOut | None


def train_tuned(task: TrainingTask) -> Trained:
    """Train to the optimum; see ``train``."""
    config = task.config
    with user_errors(), place_of(task.bridge, task.features, task.plan) as place:
        chosen = _choose(place.train, task.class_count, config)
        course = Course(place.right, chosen.turned, config.log_iterations)
        coefficients = _refit(chosen, task.class_count, course)
        chosen.turned.records.passes.forget()
        head = chosen.turned.rotation.head(coefficients.weight[0], coefficients.bias[0])
        with quiet():
            model = new_model(
                task.bridge.spark,
                class_count=task.class_count,
                feature_size=task.feature_size,
                seed=config.seed,
            )
            model.set_weights([head.weight, head.bias])
            epochs = course.end(place.measure(model))
    strengths = chosen.sweep.strengths if chosen.sweep else ()
    _write_log(task.folder, strengths, course.lines)
    return Trained(head, epochs, [], held_out=chosen.held_out, sweep=chosen.sweep)


def _choose(source: Source, class_count: int, config: JobConfig) -> _Chosen:
    """Return features, raw or standardised, and strength with the lowest log loss."""
    started = time.monotonic()
    tried: list[Strength] = []
    best: tuple[Turned, Answers] | None = None
    # At a strength that is given, the two are no rivals: it means another penalty on each.
    both = config.standardize and config.l2 is None
    measured = measure(source, class_count)
    weight = class_weights(config, measured.counts).astype(np.float64)
    for standardize in [False, True] if both else [config.standardize]:
        turned = turn(source, measured, weight, standardize=standardize)
        if not can_sweep(turned.records):
            return _without_sweep(turned, config.l2)
        answers = sweep(turned.records, config.l2)
        tried += answers.tried
        loser: Turned | None = turned
        if best is None or answers.best.log_loss < best[1].best.log_loss:
            loser, best = best[0] if best else None, (turned, answers)
        if loser:
            loser.records.passes.forget()
    if best is None:
        raise ValueError("no features to try")
    turned, answers = best
    record = Sweep(
        strengths=tuple(tried),
        taken=answers.best,
        why="as given" if len(tried) == 1 else "the lowest cross-validated log loss",
        folds=FOLDS,
        seconds=round(time.monotonic() - started, 3),
    )
    logger.info("%s, of %d in %.1f s", record.clause(), len(tried), record.seconds)
    return _Chosen(turned, answers.best.l2, record, answers.held_out)


def _without_sweep(turned: Turned, l2: float | None) -> _Chosen:
    strength = fallback(turned.records.l2_factor) if l2 is None else l2
    logger.info("too few different pictures to compare strengths: l2 %g", strength)
    return _Chosen(turned, strength, None, None)


def _refit(chosen: _Chosen, class_count: int, course: Course) -> Coefficients:
    """Return the optimum for all training records, from zero, so that it depends on l2 alone."""
    records = chosen.turned.records
    weights = weighting(records.counts, records.class_weight, [-1])
    return fit(
        partial(records.passes.sums, weights),
        records.spread,
        chosen.l2 / records.l2_factor,
        Coefficients.zeros(1, class_count, len(records.spread)),
        after_pass=course.after_pass,
    )


def _write_log(folder: Path, strengths: Sequence[Strength], lines: Sequence[str]) -> None:
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        text = "\n".join([*map(strength_line, strengths), *lines, ""])
        write_text(folder / OPTIMIZER_LOG, text)
