"""Logits of training records by heads that were not trained on them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class HeldOut:
    """Training records that a head did not see, and what it answers.

    Attributes:
        logits: of every class, float32 ``[records, classes]``.
        label: class of every record, from 0, int64 ``[records]``.
    """

    logits: npt.NDArray[np.float32]
    label: npt.NDArray[np.int64]

    def __post_init__(self) -> None:
        """Check the shapes.

        Raises:
            ValueError: there is not one label of a class for each row of logits.
        """
        if self.logits.ndim != 2 or self.label.shape != self.logits.shape[:1]:
            raise ValueError(
                f"logits are of shape {self.logits.shape} and labels of {self.label.shape}, "
                "expected [records, classes] and [records]"
            )
        classes = self.logits.shape[1]
        if len(self.label) and not (self.label.min() >= 0 and self.label.max() < classes):
            raise ValueError(
                f"labels are from {self.label.min()} to {self.label.max()}, expected 0 to "
                f"{classes - 1}"
            )
