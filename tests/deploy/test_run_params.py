import json
from pathlib import Path
from typing import Any

import pytest

from deploy.run_params import run_params, with_source
from tasks.errors import ParamsError


def test_a_good_conf_comes_back_as_it_was() -> None:
    assert run_params("sample", "{}") == {"source": "sample"}
    assert run_params("sample", '{"epochs": 5, "dataset_url": "file:///xy"}') == {
        "source": "urls",
        "epochs": 5,
        "dataset_url": "file:///xy",
    }


def test_settings_have_the_types_of_their_params() -> None:
    settings = ["epochs=5", "learning_rate=1e-4", "force=true", "batch_size=", "driver_memory=8g"]
    assert run_params("sample", settings=settings) == {
        "source": "sample",
        "epochs": 5,
        "learning_rate": 1e-4,
        "force": True,
        "batch_size": None,
        "driver_memory": "8g",
    }


def test_a_setting_overrides_the_conf_and_an_earlier_setting() -> None:
    params = run_params("urls", '{"epochs": 5, "seed": 2}', ["epochs=6", "epochs=7"])
    assert params == {"source": "urls", "epochs": 7, "seed": 2}


def test_a_value_may_have_an_equals_sign() -> None:
    params = run_params("sample", settings=["dataset_url=https://h/a?b=c"])
    assert params["dataset_url"] == "https://h/a?b=c"


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("epochs", r"^a param has no '=' in it, expected NAME=VALUE such as epochs=5$"),
        ("https://me:secret@h/a", r"^a param has no '=' in it, expected"),
        ("epochs=0", r"^epochs is '0', expected to be greater than or equal to 1$"),
        ("epochs=many", r"^epochs is 'many', expected to be a valid integer"),
        ("epochs=", r"^epochs is None, expected to be a valid integer$"),
        ("epoch=5", r"^unknown param 'epoch': did you mean 'epochs'\?$"),
        ("source=tulips", r"^source is 'tulips', expected to be 'urls' or 'sample'$"),
        ("dataset_url=https://me:secret@h/a b", r"^dataset_url is malformed, expected a"),
    ],
)
def test_a_bad_setting_is_explained(setting: str, message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        run_params("sample", settings=[setting])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r'^CONF is no JSON object such as {"epochs": 5}: '),
        ("{epochs: 5}", r"^CONF is no JSON object such as .*: Expecting property name"),
        ("[1]", r'^CONF is a JSON list, expected one such as {"epochs": 5}$'),
        ("5", r"^CONF is a JSON int, expected one such as"),
        (
            '{"dataset_url": "https://me:secret@h/a b"}',
            r"^dataset_url is malformed, expected a",
        ),
        (
            '{"source": "sample", "checkpoint_url": "file:///x"}',
            r"^checkpoint_url is given and source is 'sample', expected one of the two$",
        ),
        ('{"epochs": 0}', r"^epochs is 0, expected to be greater than or equal to 1$"),
        ('{"learning_rate": NaN}', r"^learning_rate is nan, expected to be a finite number$"),
        ('{"learning_rate": -1}', r"^learning_rate is -1, expected to be greater than or equal"),
        (
            '{"feature_engine": "torch"}',
            r"^feature_engine is 'torch', expected to be 'auto', 'bigdl' or 'tensorflow'",
        ),
        ('{"epoch": 5}', r"^unknown param 'epoch': did you mean 'epochs'\?$"),
        (
            '{"dataset_url": "flowers"}',
            r"^dataset_url is 'flowers' and there is nothing at '/.*/flowers', expected a ",
        ),
        ('{"epochs": 0, "epoch": 1}', r"epochs is 0, .*; unknown param 'epoch'"),
    ],
)
def test_a_bad_conf_is_explained(text: str, message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        run_params("sample", text)


@pytest.fixture
def pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in the home folder, which is the current one, too."""
    (tmp_path / "my pictures=1").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / "my pictures=1"


@pytest.mark.parametrize("data", ["my pictures=1", "./my pictures=1/", "~/my pictures=1"])
def test_data_is_a_path_from_where_the_command_was_called(data: str, pictures: Path) -> None:
    wanted = {"source": "urls", "dataset_url": pictures.as_uri()}
    assert run_params("sample", data=data) == wanted
    assert run_params("sample", data=str(pictures)) == wanted
    assert run_params("sample", settings=[f"dataset_url={data}"]) == wanted
    assert run_params("sample", json.dumps({"dataset_url": data})) == wanted


def test_data_is_a_url_and_other_params_go_with_it(pictures: Path) -> None:
    checkpoint = f"checkpoint_url={pictures}"
    params = run_params("sample", '{"epochs": 5}', [checkpoint], "s3://bucket/pictures")
    assert params == {
        "source": "urls",
        "dataset_url": "s3://bucket/pictures",
        "checkpoint_url": pictures.as_uri(),
        "epochs": 5,
    }


@pytest.mark.parametrize(
    ("data", "settings", "message"),
    [
        ("gone", [], r"^dataset_url is 'gone' and there is nothing at '/.*/gone', expected a f"),
        ("~nobody-here/x", [], r"^dataset_url is '~nobody-here/x' and there is nothing at '/"),
        ("https:/me:secret@h/x", [], r"^dataset_url is no URL and there is nothing at that path"),
        ("", [], r"^--data is empty, expected the path or URL of a folder or a file$"),
        (
            *("/", ["dataset_url=file:///x"]),
            r"^--data and dataset_url are both given, expected one of the two$",
        ),
        ("/", ["source=sample"], r"^dataset_url is given and source is 'sample', expected one"),
    ],
)
def test_bad_data_is_explained(
    data: str, settings: list[str], message: str, pictures: Path
) -> None:
    assert pictures
    with pytest.raises(ParamsError, match=message) as error:
        run_params("sample", settings=settings, data=data)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("conf", "source"),
    [
        ({}, "sample"),
        ({"epochs": 5}, "sample"),
        ({"dataset_url": "file:///x"}, "urls"),
        ({"checkpoint_sha256": "0" * 64}, "urls"),
        ({"source": "urls"}, "urls"),
    ],
)
def test_a_url_that_is_given_is_used(conf: dict[str, Any], source: str) -> None:
    assert with_source("sample", conf) == {**conf, "source": source}


def test_the_sample_has_pictures_for_a_models_file(tmp_path: Path) -> None:
    model = tmp_path / "m.keras"
    model.touch()
    settings = ["network=file", f"checkpoint_url={model}", "preprocessing=none"]
    params = run_params("sample", settings=settings)
    assert (params["source"], params["checkpoint_url"]) == ("sample", model.as_uri())
    assert run_params("urls", '{"source": "sample"}', settings)["source"] == "sample"
    with pytest.raises(ParamsError, match=r"^dataset_sha256 is given and source is 'sample'"):
        run_params("sample", '{"source": "sample"}', [*settings, f"dataset_sha256={'0' * 64}"])
