"""Training of the linear classifier: the one place that chooses what finds the head."""

from pathlib import Path

from tasks.datasets.pair import Pair
from tasks.features.bridge import Bridge
from tasks.features.feature_set import FeatureSource
from tasks.params.definitions import JobConfig
from tasks.runs.training_record import Plan
from tasks.training.epochs import train_epochs
from tasks.training.plan import SOLVERS
from tasks.training.trained import Trained
from tasks.training.tuned import train_tuned


def train(
    bridge: Bridge,
    features: Pair[FeatureSource],
    *,
    class_count: int,
    feature_size: int,
    config: JobConfig,
    plan: Plan,
    folder: Path,
) -> Trained:
    """Train on the training features; measure on the validation features after every epoch.

    After a training that was killed, the next call resumes from ``folder``: weights, numbers of
    epoch and iteration, and log. The order of the records is that of a new training, and BigDL's
    methods start anew what they gather, such as RMSprop's mean of squares, so the head differs from
    that of an undisturbed training. A training to the optimum starts over: it takes seconds.

    Args:
        bridge: the bridge to the JVM.
        features: those of both splits.
        class_count: outputs of the linear layer.
        feature_size: its inputs.
        config: optimizer, epochs, rates, seed, scaling, as its recipe stands for them.
        plan: optimiser, batch size and cores.
        folder: snapshots and the optimiser's log; the caller removes it once the head is stored.

    Raises:
        GraftError: training diverged, and ``folder`` is removed; or there are too few records to
            set some aside.
    """
    find = train_tuned if plan.optimizer in SOLVERS else train_epochs
    return find(
        bridge,
        features,
        class_count=class_count,
        feature_size=feature_size,
        config=config,
        plan=plan,
        folder=folder,
    )
