from typing import Any

import pytest

from tasks.errors import ParamsError
from tasks.params.definitions import JobConfig
from tasks.training.arguments import flag_table, job_arguments, parse_arguments

DUMPS = ["-t", "/dumps/train", "-v", "/dumps/validation"]


def test_the_original_examples_flags() -> None:
    config = parse_arguments([*DUMPS, "-b", "32", "-e", "5"])
    assert (config.train_dump, config.validation_dump) == ("/dumps/train", "/dumps/validation")
    assert (config.batch_size, config.epochs) == (32, 5)


def test_defaults() -> None:
    assert parse_arguments(DUMPS) == JobConfig(
        train_dump="/dumps/train", validation_dump="/dumps/validation"
    )


def test_every_field_has_a_flag() -> None:
    values = {
        "train_dump": "/a b/ü",
        "validation_dump": "relative=path",
        "run_id": "-manual 'run'",
        "batch_size": 7,
        "epochs": 1000,
        "learning_rate": 1e-6,
        "decay_rate": 0.0,
        "recipe": "default",
        "tune": "false",
        "optimizer": "rmsprop",
        "learning_rate_schedule": "falling",
        "l2": 1000.0,
        "class_weights": "balanced",
        "patience": 1000,
        "standardize": False,
        "seed": 2**31 - 1,
        "calibrate": False,
        "exclude": "/a b/list of ü.txt",
        "feature_engine": "tensorflow",
        "parity_records": 0,
        "force": True,
        "max_local_mib": 0,
        "log_iterations": True,
    }
    assert set(values) == set(JobConfig.model_fields)
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in values.items()]
    assert parse_arguments(arguments).model_dump() == values


def test_an_optional_flag_may_be_empty() -> None:
    config = parse_arguments([*DUMPS, "--batch-size=", "--run-id="])
    assert (config.batch_size, config.run_id) == (None, None)


@pytest.mark.parametrize("text", ["True", "true", "1", "yes", "on"])
def test_switches_take_a_value(text: str) -> None:
    assert parse_arguments([*DUMPS, "--log-iterations", text]).log_iterations


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-e", "0"], "epochs is '0', expected to be greater than or equal to 1"),
        (["-b", "-1"], "batch_size is '-1', expected to be greater than or equal to 1"),
        (["-b", "many"], "batch_size is 'many', expected to be a valid integer"),
        (["--learning-rate", "nan"], "learning_rate is 'nan', expected to be a finite number"),
        (["--standardize", "maybe"], "standardize is 'maybe', expected to be a valid boolean"),
        (
            ["--feature-engine", "torch"],
            "feature_engine is 'torch', expected to be 'auto', 'bigdl' or 'tensorflow'",
        ),
        (["-e", ""], "epochs is '', expected to be a valid integer"),
        (["-b", "None"], "batch_size is 'None', expected to be a valid integer"),
        (["-t", ""], "train_dump is '', expected to have at least 1 character"),
    ],
)
def test_a_bad_value_is_named(arguments: list[str], message: str) -> None:
    with pytest.raises(ParamsError, match=f"^{message}"):
        parse_arguments([*DUMPS, *arguments])


def test_all_bad_values_are_named() -> None:
    with pytest.raises(ParamsError, match=r"batch_size is .*; epochs is "):
        parse_arguments([*DUMPS, "-b", "0", "-e", "0"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*DUMPS, "--epoch", "3"], "unrecognized arguments: --epoch 3"),
        (DUMPS[:2], "the following arguments are required: -v/--validation-dump"),
    ],
)
def test_a_wrong_flag_is_argparses_to_tell(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_arguments(arguments)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_help_explains_every_flag(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_arguments(["--help"])
    assert caught.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for name, field in JobConfig.model_fields.items():
        assert f"--{name.replace('_', '-')}" in text
        assert str(field.description) in text
    assert "(default: 0.001)" in text
    assert "GRAFT_HOME" in text


#: Values that are not the defaults, at the bounds where there are some.
ODD = {
    "tune": "false",
    "batch_size": 8192,
    "epochs": 1000,
    "learning_rate": 1e-6,
    "decay_rate": 0.0,
    "learning_rate_schedule": "falling",
    "l2": 1000.0,
    "class_weights": "balanced",
    "patience": 1,
    "standardize": False,
    "seed": 2**31 - 1,
    "feature_engine": "tensorflow",
    "parity_records": 0,
    "force": True,
    "max_local_mib": 0,
    "log_iterations": True,
}
#: What a shell, argparse or a template might misread.
NAMES = ["-x", "--help", "~a", "a=b c", "/ü/'quoted'", "/{{ braces }}", "$HOME", "a\nb", '"', "#"]


class TestJobArguments:
    """What the job reads is the very configuration that the DAG wrote."""

    @pytest.mark.parametrize("given", [{}, ODD, {"learning_rate": 0.1 + 0.2}])
    @pytest.mark.parametrize("run_id", [None, "manual__2026-01-02T03:04:05.678+00:00"])
    def test_of_any_params(self, given: dict[str, Any], run_id: str | None) -> None:
        config = JobConfig(train_dump="/a", validation_dump="/b", run_id=run_id, **given)
        assert parse_arguments(job_arguments(config)) == config

    @pytest.mark.parametrize("name", NAMES)
    def test_of_odd_names(self, name: str) -> None:
        config = JobConfig(train_dump=name, validation_dump=f"/b/{name}", run_id=name)
        assert parse_arguments(job_arguments(config)) == config

    def test_are_text_and_name_every_flag_once(self) -> None:
        arguments = job_arguments(JobConfig(train_dump="/t", validation_dump="/v"))
        assert len(arguments) == len(JobConfig.model_fields)
        assert {"--train-dump=/t", "--learning-rate=0.001", "--batch-size="} <= set(arguments)


def test_the_table_of_flags_has_those_that_are_read() -> None:
    table = dict(flag_table())
    assert [flags.split(", ")[-1] for flags in table] == [
        f"--{name.replace('_', '-')}" for name in JobConfig.model_fields
    ]
    assert table["-t, --train-dump"].endswith("(required)")
    assert "Passes over the training records." in table["-e, --epochs"]


def test_messages_name_the_program_that_was_called(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_arguments([], prog="graft train [options]")
    assert "\ngraft train [options]: error: " in capsys.readouterr().err
