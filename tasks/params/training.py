"""Params of the classifier's training."""

from pydantic import Field

from tasks.params.base import Params


class TrainingParams(Params, title="Training"):
    """Hyper-parameters of the classifier's training."""

    batch_size: int | None = Field(
        None,
        ge=1,
        le=8192,
        title="Batch size",
        description=(
            "Records per training step, rounded up to a multiple of the cores, at most all "
            "training records. Empty: 16 with LocalOptimizer; with DistriOptimizer, whose larger "
            "steps cost hardly more, 1/25 of the records but from 16 to 128."
        ),
        examples=[32],
        json_schema_extra={"unit": "records"},
    )
    epochs: int = Field(
        10,
        ge=1,
        le=1000,
        title="Epochs",
        description="Passes over the training records.",
        examples=[20],
        json_schema_extra={"unit": "passes"},
    )
    learning_rate: float = Field(
        0.001,
        ge=1e-6,
        le=10,
        title="Learning rate",
        description="RMSprop's step size.",
        examples=[1e-4],
    )
    decay_rate: float = Field(
        0.9,
        ge=0,
        le=0.9999,
        title="Decay rate",
        description="RMSprop's smoothing of squared gradients.",
        examples=[0.99],
    )
    standardize: bool = Field(
        True,
        title="Standardise features",
        description=(
            "Train on features of zero mean and unit deviation and fold the scaling into the "
            "exported head. Off: the original recipe on raw features."
        ),
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**31 - 1,
        title="Seed",
        description=(
            "The same seed on the same input gives the same head, on one machine with the same "
            "number of cores."
        ),
        examples=[7],
    )
    calibrate: bool = Field(
        True,
        title="Calibrate probabilities",
        description=(
            "Divide the head's logits by one temperature, chosen on training records that were "
            "held out, so that of the pictures with a confidence of 0.8, 80 % are right. It "
            "changes no prediction."
        ),
    )


class ReuseParams(Params, title="Run"):
    """Choice between a model that exists and a new training."""

    force: bool = Field(
        False,
        title="Train again",
        description="Train even when a model of the very same inputs exists.",
    )
