import json

import pytest

from tasks.errors import ParamsError
from tasks.params.definitions import RunParams
from tasks.pipelines.pipeline import Pipeline, built_in, parse_pipeline

BIRDS = '[params]\ndataset_url = "/data/birds"\n'


def test_the_built_in_one_is_that_of_the_installation() -> None:
    assert built_in({}) == Pipeline("flowers", RunParams(), "@weekly")
    environ = {"GRAFT_PARAMS": '{"epochs": 3}', "GRAFT_SCHEDULE": "none"}
    assert built_in(environ) == Pipeline("flowers", RunParams(epochs=3), None)
    assert built_in({}).dag_id == "flowers_transfer_learning"


def test_a_file_says_what_differs_from_the_defaults() -> None:
    text = f'schedule = "@daily"\n{BIRDS}epochs = 20\npromote = "if_better"\nmin_accuracy = 0.9\n'
    expected = RunParams(
        dataset_url="/data/birds", epochs=20, promote="if_better", min_accuracy=0.9
    )
    assert parse_pipeline(text, "birds", {}) == Pipeline("birds", expected, "@daily")


def test_its_name_is_the_files_unless_it_says_another() -> None:
    assert parse_pipeline(BIRDS, "birds", {}).dag_id == "birds_transfer_learning"
    assert parse_pipeline(f'name = "owls"\n{BIRDS}', "birds", {}).name == "owls"


@pytest.mark.parametrize(
    ("line", "schedule"),
    [("", "0 3 * * *"), ('schedule = "none"', None), ('schedule = " @hourly "', "@hourly")],
)
def test_its_schedule_is_the_installations_unless_it_says_another(
    line: str, schedule: str | None
) -> None:
    environ = {"GRAFT_SCHEDULE": "0 3 * * *"}
    assert parse_pipeline(f"{line}\n{BIRDS}", "birds", environ).schedule == schedule


def test_it_shares_params_that_belong_to_no_data_set_and_no_network() -> None:
    shared = {"epochs": 20, "driver_memory": "8g", "promote": "never", "seed": 3}
    own = {
        "dataset_sha256": "a" * 64,
        "dataset_conn_id": "store",
        "network": "vgg_16",
        "test_share": 0.2,
    }
    environ = {"GRAFT_PARAMS": json.dumps({**shared, **own})}
    found = parse_pipeline(f"{BIRDS}seed = 4\n", "birds", environ).params
    assert found == RunParams(**{**shared, "seed": 4, "dataset_url": "/data/birds"})


def test_it_may_be_the_sample() -> None:
    assert parse_pipeline('[params]\nsource = "sample"', "try", {}).params.source == "sample"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epochs =", "no TOML: Invalid value (at end of document)"),
        ("[params", "no TOML: Expected ']' at the end of a table declaration"),
        (f'shedule = "@daily"\n{BIRDS}', "unknown key 'shedule': did you mean 'schedule'?"),
        (f"x = 1\n{BIRDS}", "unknown key 'x': known are name, params, schedule"),
        (f"epochs = 3\n{BIRDS}", "epochs stands outside of [params], expected below it"),
        (f'name = "Birds"\n{BIRDS}', "name is 'Birds', expected 1 to 50 lower-case letters"),
        (f'name = "flowers"\n{BIRDS}', "name is 'flowers', the built-in pipeline"),
        (f"name = 3\n{BIRDS}", "name is 3, expected 1 to 50"),
        ("", "params is missing, expected [params] and a line dataset_url = ... in it"),
        ("params = 3", "params is 3, no table, expected [params]"),
        ("[params]\nepochs = 3", "params.dataset_url is missing, expected a URL such as"),
        ("[[params]]\nepochs = 3", "params is [{'epochs': 3}], no table"),
        (f"{BIRDS}epoch = 3", "params: unknown param 'epoch': did you mean 'epochs'?"),
        (f"{BIRDS}epochs = 0", "params: epochs is 0, expected to be greater than or equal to 1"),
        (f'{BIRDS}epochs = "many"', "params: epochs is 'many', expected to be a valid integer"),
        (f"{BIRDS}learning_rate = nan", "params: learning_rate is nan, expected to be"),
        (f'{BIRDS}promote = "maybe"', "params: promote is 'maybe', expected to be 'if_not_worse'"),
        (f"{BIRDS}min_accuracy = 2", "params: min_accuracy is 2, expected to be less than"),
        ('[params]\ndataset_url = "birds"', "params: dataset_url is 'birds', expected a URL"),
        ("[params]\ndataset_url = 2026-01-01", "params: dataset_url is datetime.date(2026, 1, 1)"),
        (
            f'{BIRDS}source = "sample"',
            "params.dataset_url is given and source is 'sample', expected one of the two",
        ),
        (f'schedule = "soon"\n{BIRDS}', "schedule is 'soon', expected a cron expression such as"),
        (f'schedule = "0 0 31 2 *"\n{BIRDS}', "schedule is '0 0 31 2 *', expected a cron"),
        (f'schedule = ""\n{BIRDS}', "schedule is '', expected a cron expression"),
        (f"schedule = 3\n{BIRDS}", "schedule is 3, expected a text: a cron expression such as"),
    ],
)
def test_what_is_wrong_is_named_with_what_was_expected(text: str, message: str) -> None:
    with pytest.raises(ParamsError) as refused:
        parse_pipeline(text, "birds", {})
    assert str(refused.value).startswith(message)


def test_a_password_in_a_url_is_in_no_message() -> None:
    text = '[params]\ndataset_url = "https//me:secret@host/x"'
    with pytest.raises(ParamsError, match="dataset_url is malformed") as refused:
        parse_pipeline(text, "birds", {})
    assert "secret" not in str(refused.value)
