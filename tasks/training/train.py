"""Training of the linear classifier: the one place that chooses what finds the head."""

from tasks.training.epochs import train_epochs
from tasks.training.plan import SOLVERS
from tasks.training.trained import Trained, TrainingTask
from tasks.training.tuned import train_tuned


def train(task: TrainingTask) -> Trained:
    """Train on the training features; measure on the validation features after every epoch.

    After a training that was killed, the next call resumes from the task's folder: weights, numbers
    of epoch and iteration, and log. The order of the records is that of a new training, and BigDL's
    methods start anew what they gather, such as RMSprop's mean of squares, so the head differs from
    that of an undisturbed training. A training to the optimum starts over: it takes seconds.

    Raises:
        GraftError: training diverged, and the folder is removed; or there are too few records to
            set some aside.
    """
    return train_tuned(task) if task.plan.optimizer in SOLVERS else train_epochs(task)
