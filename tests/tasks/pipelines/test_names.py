import doctest

import pytest

from tasks.errors import ParamsError
from tasks.pipelines import names
from tasks.pipelines.names import check_name, dag_id, name_of_dag, name_of_run, run_name


def test_examples() -> None:
    assert not doctest.testmod(names).failed


@pytest.mark.parametrize("name", ["birds", "b", "2026-birds_2", "x" * 50])
def test_names_come_back_from_dags_and_runs(name: str) -> None:
    assert check_name(name) == name
    assert name_of_dag(dag_id(name)) == name
    assert name_of_run(run_name(name, "scheduled__2026-01-04T00:00:00+00:00")) == name


@pytest.mark.parametrize(
    "name", ["", "Birds", "my birds", "-x", "_x", "x" * 51, "ü", "a/b", "a\n", "..", 5, None]
)
def test_what_is_no_name(name: object) -> None:
    with pytest.raises(ParamsError) as refused:
        check_name(name)
    assert str(refused.value) == (
        f"name is {name!r}, expected 1 to 50 lower-case letters, digits, '_' and '-', the first a "
        "letter or a digit"
    )


def test_the_built_in_pipelines_name_is_taken() -> None:
    with pytest.raises(ParamsError, match=r"^name is 'flowers', the built-in pipeline, .* another"):
        check_name("flowers")


@pytest.mark.parametrize("dag", ["another", "_transfer_learning", "A_transfer_learning", ""])
def test_what_is_no_dag_of_a_pipeline(dag: str) -> None:
    assert name_of_dag(dag) is None


@pytest.mark.parametrize("run", ["manual__2026", "by_hand__2026", "A/b", "/b", "../b"])
def test_other_runs_are_the_built_in_pipelines(run: str) -> None:
    assert name_of_run(run) == "flowers"
