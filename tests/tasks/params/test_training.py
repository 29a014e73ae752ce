import math
from collections.abc import Callable
from typing import Any

import pytest

from tasks.errors import ParamsError
from tasks.params.definitions import RunParams
from tasks.params.parser import parse
from tasks.params.training import BEFORE, ORIGINAL_RECIPE, ReuseParams, TrainingParams


def test_defaults_are_the_optimum_and_else_the_original_recipe_on_standardised_features() -> None:
    assert TrainingParams().tunes()
    params = TrainingParams(tune="false").resolved()
    assert (params.batch_size, params.epochs, params.seed) == (None, 10, 1)
    assert (params.optimizer, params.learning_rate, params.decay_rate) == ("rmsprop", 0.001, 0.9)
    assert (params.l2, params.class_weights, params.patience) == (0, "none", None)
    assert params.standardize is True


class TestOriginalRecipe:
    def test_has_the_values_of_the_original_example(self) -> None:
        params = parse(TrainingParams, {"recipe": "original", "seed": 7}).resolved()
        assert params.model_dump() == {
            "recipe": "original",
            "tune": "false",
            "optimizer": "rmsprop",
            "batch_size": 16,
            "epochs": 10,
            "learning_rate": 0.001,
            "learning_rate_schedule": "constant",
            "decay_rate": 0.9,
            "l2": 0.0,
            "class_weights": "none",
            "patience": None,
            "calibrate": False,
            "standardize": False,
            "seed": 7,
        }

    def test_says_something_about_every_param_but_the_seed(self) -> None:
        assert set(TrainingParams.model_fields) - set(ORIGINAL_RECIPE) == {"recipe", "seed"}

    def test_takes_its_own_values(self) -> None:
        given = {"recipe": "original", **ORIGINAL_RECIPE}
        assert parse(TrainingParams, given).resolved() == parse(TrainingParams, given)

    @pytest.mark.parametrize(
        ("name", "value", "fixed", "shown"),
        [
            ("tune", True, "false", "true"),
            ("optimizer", "adam", "rmsprop", "adam"),
            ("batch_size", 32, "16", "32"),
            ("epochs", 20, "10", "20"),
            ("learning_rate", 0.01, "0.001", "0.01"),
            ("learning_rate_schedule", "falling", "constant", "falling"),
            ("decay_rate", 0.5, "0.9", "0.5"),
            ("l2", 0.1, "0.0", "0.1"),
            ("class_weights", "balanced", "none", "balanced"),
            ("patience", 3, "empty", "3"),
        ],
    )
    def test_refuses_another_value_by_name(
        self, name: str, value: object, fixed: str, shown: str
    ) -> None:
        with pytest.raises(ParamsError) as caught:
            parse(RunParams, {"recipe": "original", name: value})
        assert str(caught.value) == (
            f"recipe is original, which has {name} {fixed}, but {name} is {shown}: leave {name} as "
            "it is by default, or choose recipe default"
        )

    def test_is_not_the_default(self) -> None:
        params = TrainingParams(epochs=20)
        assert params.recipe == "default"
        assert params.resolved().epochs == 20


class TestTune:
    @pytest.mark.parametrize(
        ("given", "tunes"),
        [
            ({}, True),
            ({"l2": 0.1}, True),
            ({"standardize": False, "class_weights": "balanced", "seed": 3}, True),
            ({"tune": True, "l2": 0.1}, True),
            ({"tune": False, "l2": 0.1}, False),
            ({"l2": 0}, False),
            ({"recipe": "original"}, False),
            ({"epochs": 20}, False),
            ({"optimizer": "adam", "l2": 0.1}, False),
            ({"batch_size": 32}, False),
            ({"learning_rate": 0.01}, False),
            ({"learning_rate_schedule": "falling"}, False),
            ({"decay_rate": 0.5}, False),
            ({"patience": 3}, False),
        ],
    )
    def test_is_on_unless_the_params_ask_for_epochs(
        self, given: dict[str, object], tunes: bool
    ) -> None:
        params = parse(TrainingParams, given)
        assert params.tunes() is tunes
        resolved = params.resolved()
        assert (resolved.tune, resolved.tunes()) == ("true" if tunes else "false", tunes)
        assert tunes or resolved.l2 is not None

    @pytest.mark.parametrize("given", ["yes", 1, "", None])
    def test_is_one_of_three(self, given: object, refusal: Callable[..., str]) -> None:
        message = refusal(TrainingParams, "tune", given)
        assert message == f"tune is {given!r}, expected to be 'auto', 'true' or 'false'"

    def test_refuses_a_param_of_epochs_by_name(self) -> None:
        with pytest.raises(ParamsError) as caught:
            parse(RunParams, {"tune": True, "epochs": 20})
        assert str(caught.value) == (
            "tune is true, which trains to the optimum, but epochs is 20: leave epochs 10, or set "
            "tune false"
        )

    def test_refuses_no_penalty(self) -> None:
        with pytest.raises(ParamsError, match="tune is true and l2 is 0, but without a penalty"):
            parse(RunParams, {"tune": True, "l2": 0})


@pytest.mark.parametrize(
    ("optimizer", "name", "value", "message"),
    [
        ("adam", "decay_rate", 0.5, "decay_rate is for optimizer rmsprop, but optimizer is adam"),
        ("sgd", "decay_rate", 0.5, "decay_rate is for optimizer rmsprop, but optimizer is sgd"),
        (
            "lbfgs",
            "learning_rate",
            0.1,
            "learning_rate is for optimizer rmsprop or adam or sgd, but optimizer is lbfgs: leave "
            "learning_rate 0.001",
        ),
        (
            "lbfgs",
            "learning_rate_schedule",
            "falling",
            "learning_rate_schedule is for optimizer rmsprop or adam or sgd, but optimizer is "
            "lbfgs: leave learning_rate_schedule constant",
        ),
        (
            "lbfgs",
            "batch_size",
            32,
            "batch_size is for optimizer rmsprop or adam or sgd, but optimizer is lbfgs: leave "
            "batch_size empty",
        ),
    ],
)
def test_a_param_of_another_optimizer_is_refused(
    optimizer: str, name: str, value: object, message: str
) -> None:
    with pytest.raises(ParamsError) as caught:
        parse(RunParams, {"optimizer": optimizer, name: value})
    assert str(caught.value).startswith(message)


def test_what_older_versions_trained_with_is_in_the_original_recipe() -> None:
    assert BEFORE.items() <= ORIGINAL_RECIPE.items()


def test_a_model_is_reused_by_default() -> None:
    assert ReuseParams().force is False


@pytest.mark.parametrize("model", [TrainingParams, RunParams])
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("epochs", 0, "epochs is 0, expected to be greater than or equal to 1"),
        ("epochs", 1001, "epochs is 1001, expected to be less than or equal to 1000"),
        ("epochs", "many", "epochs is 'many', expected to be a valid integer"),
        ("epochs", 1.5, "epochs is 1.5, expected to be a valid integer"),
        ("epochs", None, "epochs is None, expected to be a valid integer"),
        ("batch_size", 0, "batch_size is 0, expected to be greater than or equal to 1"),
        ("batch_size", 8193, "batch_size is 8193, expected to be less than or equal to 8192"),
        ("learning_rate", -0.1, "learning_rate is -0.1, expected to be greater than or equal to"),
        ("learning_rate", 11, "learning_rate is 11, expected to be less than or equal to 10"),
        ("learning_rate", math.nan, "learning_rate is nan, expected to be a finite number"),
        ("decay_rate", -1, "decay_rate is -1, expected to be greater than or equal to 0"),
        ("decay_rate", 1, "decay_rate is 1, expected to be less than or equal to 0.9999"),
        ("l2", -1, "l2 is -1, expected to be greater than or equal to 0"),
        ("l2", 1001, "l2 is 1001, expected to be less than or equal to 1000"),
        ("patience", 0, "patience is 0, expected to be greater than or equal to 1"),
        ("recipe", "mine", "recipe is 'mine', expected to be 'default' or 'original'"),
        ("optimizer", "lamb", "optimizer is 'lamb', expected to be 'rmsprop', 'adam', 'sgd' or"),
        (
            "learning_rate_schedule",
            "cosine",
            "learning_rate_schedule is 'cosine', expected to be 'constant' or 'falling'",
        ),
        ("class_weights", 2, "class_weights is 2, expected to be 'none' or 'balanced'"),
        ("seed", -1, "seed is -1, expected to be greater than or equal to 0"),
        ("seed", 2**31, "seed is 2147483648, expected to be less than or equal to 2147483647"),
        ("standardize", "maybe", "standardize is 'maybe', expected to be a valid boolean"),
    ],
)
def test_bad_values(
    model: Any, name: str, value: Any, message: str, refusal: Callable[..., str]
) -> None:
    assert refusal(model, name, value).startswith(message)
