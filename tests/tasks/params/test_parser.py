import pytest

from tasks.errors import ParamsError
from tasks.params.definitions import JobConfig, RunParams
from tasks.params.parser import json_object, nearest, parse

JOB = {"train_dump": "/dumps/train", "validation_dump": "/dumps/validation"}


class TestParse:
    def test_values_replace_defaults(self) -> None:
        given = {"epochs": 3, "dataset_url": "file:///a/b.tar", "seed": 0}
        params = parse(RunParams, given)
        assert (params.epochs, params.dataset_url, params.seed) == (3, "file:///a/b.tar", 0)
        assert params == RunParams(**given)  # type: ignore[arg-type] # values of several types

    @pytest.mark.parametrize(
        ("name", "hint"),
        [
            ("epoch", "unknown param 'epoch': did you mean 'epochs'?"),
            ("batchsize", "unknown param 'batchsize': did you mean 'batch_size'?"),
            ("dataset", "unknown param 'dataset': did you mean 'dataset_"),
            ("zzz", "unknown param 'zzz': known are bad_pictures, batch_size"),
        ],
    )
    def test_misspelt_param_comes_with_the_nearest(self, name: str, hint: str) -> None:
        with pytest.raises(ParamsError) as error:
            parse(RunParams, {name: 1})
        assert str(error.value).startswith(hint)

    def test_every_problem_is_told(self) -> None:
        with pytest.raises(ParamsError, match=r"^epochs is 0, .*; unknown param 'batchsize': "):
            parse(RunParams, {"epochs": 0, "batchsize": 1})

    def test_what_is_missing_is_explained(self) -> None:
        with pytest.raises(
            ParamsError, match=r"^train_dump is missing: Folder .*; validation_dump is"
        ):
            parse(JobConfig, {})
        with pytest.raises(ParamsError, match="train_dump is '', expected to have at least 1 char"):
            parse(JobConfig, {**JOB, "train_dump": ""})

    def test_reads_what_a_command_line_gives(self) -> None:
        config = parse(JobConfig, {**JOB, "epochs": "3", "learning_rate": "1e-2", "seed": "7"})
        assert (config.epochs, config.learning_rate, config.seed) == (3, 0.01, 7)

    @pytest.mark.parametrize("url", ["//me:secret@host/a", "a?token=secret"])
    def test_a_malformed_url_keeps_its_password(self, url: str) -> None:
        with pytest.raises(
            ParamsError, match=r"^dataset_url is malformed, expected a URL"
        ) as error:
            parse(RunParams, {"dataset_url": url})
        assert "secret" not in str(error.value)


class TestJsonObject:
    def test_is_read(self) -> None:
        assert json_object("CONF", '{"epochs": 3}') == {"epochs": 3}

    @pytest.mark.parametrize(
        ("text", "example", "message"),
        [
            ("{", "", "CONF is no JSON object: Expecting property name"),
            ("{", '{"a": 1}', 'CONF is no JSON object such as {"a": 1}: Expecting property name'),
            ("[1]", "", "CONF is a JSON list, expected an object"),
            ("3", '{"a": 1}', 'CONF is a JSON int, expected one such as {"a": 1}'),
        ],
    )
    def test_that_is_none(self, text: str, example: str, message: str) -> None:
        with pytest.raises(ParamsError) as error:
            json_object("CONF", text, example)
        assert str(error.value).startswith(message)

    def test_keeps_a_password(self) -> None:
        with pytest.raises(ParamsError) as error:
            json_object("CONF", '{"dataset_url": "https://me:secret@host",')
        assert "secret" not in str(error.value)


def test_nearest() -> None:
    assert nearest("epoch", ["epochs", "seed"]) == "did you mean 'epochs'?"
    assert nearest("x", ["epochs", "seed"]) == "known are epochs, seed"
