from typing import Any

import pytest

from deploy import run_local
from deploy.run_local import main, parse_conf, with_source
from tasks.errors import ParamsError


def test_a_good_conf_comes_back_as_it_was() -> None:
    assert parse_conf("{}") == {}
    assert parse_conf('{"epochs": 5, "dataset_url": "file:///x y"}'.replace(" y", "y")) == {
        "epochs": 5,
        "dataset_url": "file:///xy",
    }


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
            r"^feature_engine is 'torch', expected to be 'bigdl' or 'tensorflow'",
        ),
        ('{"epoch": 5}', r"^unknown param 'epoch': did you mean 'epochs'\?$"),
        ('{"dataset_url": "flowers"}', r"^dataset_url is 'flowers', expected a URL such as"),
        ('{"epochs": 0, "epoch": 1}', r"epochs is 0, .*; unknown param 'epoch'"),
    ],
)
def test_a_bad_conf_is_explained(text: str, message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        parse_conf(text)


def test_main_tells_in_one_line_and_starts_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_local, "run", lambda *_: pytest.fail("it ran"))
    assert main(["--conf", '{"epoch": 5}']) == 2
    printed = capsys.readouterr()
    assert printed.err == "error: unknown param 'epoch': did you mean 'epochs'?\n"
    assert printed.out == ""


def test_main_passes_source_and_conf_on(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(run_local, "run", lambda *given: calls.append(given) or 0)
    assert main([]) == 0
    assert main(["--source", "urls", "--conf", '{"epochs": 5}']) == 0
    assert calls == [("sample", {}), ("urls", {"epochs": 5})]


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


def test_an_unknown_source(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--source", "tulips"])
    assert caught.value.code == 2
    assert "invalid choice: 'tulips'" in capsys.readouterr().err
