"""Params of the classifier's training."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from tasks.params.base import Params

RecipeName = Literal["default", "original"]
# JSON's true and false are welcome, too.
Tune = Annotated[
    Literal["auto", "true", "false"],
    BeforeValidator(lambda value: str(value).lower() if isinstance(value, bool) else value),
]
OptimizerName = Literal["rmsprop", "adam", "sgd", "lbfgs"]
Schedule = Literal["constant", "falling"]
ClassWeights = Literal["none", "balanced"]
#: The values of ``recipe``.
DEFAULT: Final = "default"
ORIGINAL: Final = "original"
#: The values of ``tune``.
AUTO: Final = "auto"
TRUE: Final = "true"
FALSE: Final = "false"
#: The values of ``optimizer``.
RMSPROP: Final = "rmsprop"
ADAM: Final = "adam"
SGD: Final = "sgd"
LBFGS: Final = "lbfgs"
#: The values of ``learning_rate_schedule``.
CONSTANT: Final = "constant"
FALLING: Final = "falling"
#: The values of ``class_weights``.
NONE: Final = "none"
BALANCED: Final = "balanced"

#: Params of BigDL's optimisers alone, which a training to the optimum has no use for.
OF_OPTIMIZERS = (
    *("optimizer", "batch_size", "epochs", "learning_rate", "learning_rate_schedule"),
    *("decay_rate", "patience"),
)
#: The original example's training, which its figures are compared with.
ORIGINAL_RECIPE: Mapping[str, Any] = {
    "tune": FALSE,
    "optimizer": RMSPROP,
    "batch_size": 16,
    "epochs": 10,
    "learning_rate": 0.001,
    "learning_rate_schedule": CONSTANT,
    "decay_rate": 0.9,
    "l2": 0.0,
    "class_weights": NONE,
    "patience": None,
    "standardize": False,
    "calibrate": False,
}
#: What versions trained with that did not have the param yet. A model of theirs keeps its digest
#: and is found again, whatever the default of the param becomes.
BEFORE: Mapping[str, Any] = {
    "tune": FALSE,
    "optimizer": RMSPROP,
    "learning_rate_schedule": CONSTANT,
    "l2": 0.0,
    "class_weights": NONE,
    "patience": None,
    "calibrate": False,
}
#: Params that only some optimisers take.
TAKEN_BY: Mapping[str, tuple[str, ...]] = {
    "batch_size": (RMSPROP, ADAM, SGD),
    "learning_rate": (RMSPROP, ADAM, SGD),
    "learning_rate_schedule": (RMSPROP, ADAM, SGD),
    "decay_rate": (RMSPROP,),
}


class TrainingParams(Params, title="Training"):
    """Hyper-parameters of the classifier's training."""

    recipe: RecipeName = Field(
        DEFAULT,
        title="Recipe",
        description=(
            "default: train by the params below. original: train as the original example does, "
            "RMSprop 0.001 with decay 0.9, ten epochs of batches of 16 on raw features, the last "
            "epoch's weights; of the params below only seed counts, and another value is refused."
        ),
    )
    tune: Tune = Field(
        AUTO,
        title="Tune",
        description=(
            "true: train to the optimum with L-BFGS, at the l2 that cross-validation within the "
            "training records chooses in seconds, or at the l2 given. false: train for epochs with "
            "BigDL's optimizer. auto: true, but false with recipe original, with l2 0, and where "
            "optimizer, batch_size, epochs, learning_rate, schedule, decay_rate or patience is not "
            "its default."
        ),
    )
    optimizer: OptimizerName = Field(
        RMSPROP,
        title="Optimizer",
        description=(
            "BigDL's method. rmsprop, adam, sgd (momentum 0.9): many small steps. lbfgs: a step "
            "of all records an epoch, so give 100 epochs or so; on one machine, or one executor."
        ),
    )
    batch_size: int | None = Field(
        None,
        ge=1,
        le=8192,
        title="Batch size",
        description=(
            "Records per training step, rounded up to a multiple of the cores, at most all "
            "training records. Empty: 16 with LocalOptimizer; with DistriOptimizer, whose larger "
            "steps cost hardly more, 1/25 of the records but from 16 to 128. Not for lbfgs."
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
        description="Step size of rmsprop, adam and sgd.",
        examples=[1e-4],
    )
    learning_rate_schedule: Schedule = Field(
        CONSTANT,
        title="Learning rate schedule",
        description=(
            "Course of the learning rate. constant: the same in every step. falling: from "
            "learning_rate to a tenth of it in the last of all epochs, which calms the last ones."
        ),
    )
    decay_rate: float = Field(
        0.9,
        ge=0,
        le=0.9999,
        title="Decay rate",
        description="RMSprop's smoothing of squared gradients.",
        examples=[0.99],
    )
    l2: float | None = Field(
        None,
        ge=0,
        le=1000,
        title="L2",
        description=(
            "Strength of the penalty on large weights, l2 / 2 times the sum of their squares. In "
            "scikit-learn's terms C is 1 / (l2 x records). Empty: chosen by cross-validation with "
            "tune, else 0, no penalty."
        ),
        examples=[0.01],
    )
    class_weights: ClassWeights = Field(
        NONE,
        title="Class weights",
        description=(
            "balanced: a record of a rare class counts more, records / (classes x records of its "
            "class), so that all classes count the same. none: every record counts the same."
        ),
    )
    patience: int | None = Field(
        None,
        ge=1,
        le=1000,
        title="Patience",
        description=(
            "End the training after so many epochs in which the loss on a tenth of the training "
            "records, set aside for that, fell no further, and keep the epoch with the lowest. "
            "Empty: train on all records to the last epoch, and keep that."
        ),
        examples=[5],
        json_schema_extra={"unit": "epochs"},
    )
    standardize: bool = Field(
        True,
        title="Standardise features",
        description=(
            "Train on features of zero mean and unit deviation and fold the scaling into the "
            "exported head; with tune and no l2, only where that cross-validates better. Off: raw "
            "features, as in the original recipe."
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

    @model_validator(mode="after")
    def _fit_recipe_and_optimizer(self) -> Self:
        for name, fixed in ORIGINAL_RECIPE.items() if self.recipe == ORIGINAL else ():
            value = getattr(self, name)
            if value not in (fixed, _default(name)):
                raise ValueError(
                    f"recipe is {ORIGINAL}, which has {name} {_shown(fixed)}, but {name} is "
                    f"{_shown(value)}: leave {name} as it is by default, or choose recipe {DEFAULT}"
                )
        for name, optimizers in TAKEN_BY.items():
            if self.optimizer not in optimizers and getattr(self, name) != _default(name):
                raise ValueError(
                    f"{name} is for optimizer {' or '.join(optimizers)}, but optimizer is "
                    f"{self.optimizer}: leave {name} {_shown(_default(name))}"
                )
        return self

    @model_validator(mode="after")
    def _fit_tune(self) -> Self:
        if self.tune == TRUE and self.l2 == 0:
            raise ValueError(
                "tune is true and l2 is 0, but without a penalty there may be no optimum: give an "
                "l2 above 0, leave it empty, or set tune false"
            )
        for name in self._of_optimizers() if self.tune == TRUE else ():
            raise ValueError(
                f"tune is true, which trains to the optimum, but {name} is "
                f"{_shown(getattr(self, name))}: leave {name} {_shown(_default(name))}, or set "
                "tune false"
            )
        return self

    def _of_optimizers(self) -> list[str]:
        """Return the params of BigDL's optimisers that are not their defaults."""
        return [name for name in OF_OPTIMIZERS if getattr(self, name) != _default(name)]

    def tunes(self) -> bool:
        """Return whether the training is one to the optimum."""
        if self.tune == AUTO:
            return self.recipe != ORIGINAL and not self._of_optimizers() and self.l2 != 0
        return self.tune == TRUE

    def resolved(self) -> Self:
        """Return the same with the values that the recipe, ``auto`` and an empty ``l2`` stand for.

        With ``tune``, an empty ``l2`` is chosen by the training.
        """
        if self.recipe == ORIGINAL:
            return self.model_copy(update=ORIGINAL_RECIPE)
        if self.tunes():
            return self.model_copy(update={"tune": TRUE})
        return self.model_copy(update={"tune": FALSE, "l2": self.l2 or 0.0})


class ReuseParams(Params, title="Run"):
    """Choice between a model that exists and a new training."""

    force: bool = Field(
        False,
        title="Train again",
        description="Train even when a model of the very same inputs exists.",
    )


def _default(name: str) -> object:
    return TrainingParams.model_fields[name].default


def _shown(value: object) -> str:
    return "empty" if value is None else str(value).lower()
