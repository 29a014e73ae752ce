import math
from typing import Any

import pytest

from tasks.errors import ParamsError
from tasks.networks.inception import INCEPTION_V1
from tasks.params.definitions import (
    FLOWERS_URL,
    JobConfig,
    RunParams,
    TrainingParams,
    nearest,
    parse,
)

JOB = {"train_dump": "/dumps/train", "validation_dump": "/dumps/validation"}


def test_defaults_are_the_original_recipe() -> None:
    params = parse(RunParams, {})
    assert (params.dataset_url, params.checkpoint_url) == (FLOWERS_URL, INCEPTION_V1.checkpoint_url)
    assert (params.batch_size, params.epochs) == (None, 10)
    assert (params.learning_rate, params.decay_rate) == (0.001, 0.9)
    assert params.standardize is True
    assert params.feature_engine == "bigdl"


def test_values_replace_defaults() -> None:
    params = parse(RunParams, {"epochs": 3, "dataset_url": "file:///a/b.tar", "seed": 0})
    assert (params.epochs, params.dataset_url, params.seed) == (3, "file:///a/b.tar", 0)


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
        ("seed", -1, "seed is -1, expected to be greater than or equal to 0"),
        ("seed", 2**31, "seed is 2147483648, expected to be less than or equal to 2147483647"),
        ("standardize", "maybe", "standardize is 'maybe', expected to be a valid boolean"),
        (
            "feature_engine",
            "torch",
            "feature_engine is 'torch', expected to be 'bigdl' or 'tensorflow'",
        ),
        ("dump_batch_size", 0, "dump_batch_size is 0, expected to be greater than or equal to 1"),
        ("dataset_url", "flowers", "dataset_url is 'flowers', expected a URL such as https://"),
        ("dataset_url", 5, "dataset_url is 5, expected to be a valid string"),
        ("checkpoint_url", "a b://c", "checkpoint_url is 'a b://c', expected a URL such as"),
        ("dataset_sha256", "12ab", "dataset_sha256 is '12ab', expected 64 digits of 0 to 9 and a"),
        ("checkpoint_sha256", "A" * 64, "', expected 64 digits of 0 to 9 and a to f"),
        ("driver_memory", "4", "driver_memory is '4', expected a size such as 4g or 512m"),
        ("executor_memory", "0g", "executor_memory is '0g', expected a size such as"),
    ],
)
def test_bad_value_is_named_with_what_was_expected(name: str, value: Any, message: str) -> None:
    with pytest.raises(ParamsError) as error:
        parse(RunParams, {name: value})
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("epoch", "unknown param 'epoch': did you mean 'epochs'?"),
        ("batchsize", "unknown param 'batchsize': did you mean 'batch_size'?"),
        ("dataset", "unknown param 'dataset': did you mean 'dataset_"),
        ("zzz", "unknown param 'zzz': known are batch_size, checkpoint_sha256"),
    ],
)
def test_misspelt_param_comes_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(ParamsError) as error:
        parse(RunParams, {name: 1})
    assert str(error.value).startswith(hint)


def test_every_problem_is_told() -> None:
    with pytest.raises(ParamsError, match=r"^epochs is 0, .*; unknown param 'batchsize': "):
        parse(RunParams, {"epochs": 0, "batchsize": 1})


def test_job_needs_its_dumps() -> None:
    with pytest.raises(ParamsError, match=r"^train_dump is missing: Folder .*; validation_dump is"):
        parse(JobConfig, {})
    with pytest.raises(ParamsError, match="train_dump is '', expected to have at least 1 char"):
        parse(JobConfig, {**JOB, "train_dump": ""})


def test_job_reads_what_a_command_line_gives() -> None:
    config = parse(JobConfig, {**JOB, "epochs": "3", "learning_rate": "1e-2", "seed": "7"})
    assert (config.epochs, config.learning_rate, config.seed) == (3, 0.01, 7)


def test_run_and_job_share_the_training_params() -> None:
    shared = set(TrainingParams.model_fields)
    assert shared < set(RunParams.model_fields)
    assert shared < set(JobConfig.model_fields)


def test_params_are_never_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse(RunParams, {}).epochs = 3


@pytest.mark.parametrize("model", [RunParams, JobConfig])
def test_every_param_is_explained(model: type[RunParams] | type[JobConfig]) -> None:
    for name, field in model.model_fields.items():
        assert field.title, name
        assert field.description, name


def test_nearest() -> None:
    assert nearest("epoch", ["epochs", "seed"]) == "did you mean 'epochs'?"
    assert nearest("x", ["epochs", "seed"]) == "known are epochs, seed"


class TestSource:
    def test_is_the_urls_by_default(self) -> None:
        assert RunParams().source == "urls"

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [("source", "tulips", "'urls' or 'sample'"), ("network", "vgg_16", "'inception_v1'")],
    )
    def test_unknown_choices(self, name: str, value: str, expected: str) -> None:
        with pytest.raises(ParamsError) as caught:
            parse(RunParams, {name: value})
        assert str(caught.value) == f"{name} is {value!r}, expected to be {expected}"
