"""Training of the linear classifier: the one place that chooses what finds the head."""

from pathlib import Path

from tasks.datasets.pair import Pair
from tasks.features.bridge import Bridge
from tasks.params.definitions import JobConfig
from tasks.runs.training_record import Plan
from tasks.storage.locations import Location
from tasks.training.epochs import train_epochs
from tasks.training.trained import Trained


def train(
    bridge: Bridge,
    features: Pair[Location],
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
    that of an undisturbed training.

    Args:
        bridge: the bridge to the JVM.
        features: artefacts of the features.
        class_count: outputs of the linear layer.
        feature_size: its inputs.
        config: optimizer, epochs, rates, seed, scaling, as its recipe stands for them.
        plan: optimiser, batch size and cores.
        folder: snapshots and the optimiser's log; the caller removes it once the head is stored.

    Raises:
        GraftError: training diverged, and ``folder`` is removed; or there are too few records to
            set some aside.
    """
    return train_epochs(
        bridge,
        features,
        class_count=class_count,
        feature_size=feature_size,
        config=config,
        plan=plan,
        folder=folder,
    )
