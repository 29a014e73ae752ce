import logging
from collections.abc import Iterator, Sequence

import pytest

from tasks.errors import DataError, ParamsError
from tasks.spark.program import run_program


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """Leave the libraries' loggers as they were."""
    loggers = {name: logging.getLogger(name).level for name in ("py4j", "pyspark", "bigdl")}
    yield
    for name, level in loggers.items():
        logging.getLogger(name).setLevel(level)


def test_a_job_runs_with_what_its_command_line_says() -> None:
    seen: list[list[str]] = []
    assert run_program(["-e", "3"], list, seen.append) == 0
    assert seen == [["-e", "3"]]


def test_an_error_in_the_flags_is_a_line(caplog: pytest.LogCaptureFixture) -> None:
    def parse(_: Sequence[str]) -> None:
        raise ParamsError("epochs is 0")

    assert run_program([], parse, lambda _: pytest.fail("it ran")) == 2
    assert [record.getMessage() for record in caplog.records] == ["error: epochs is 0"]
    assert caplog.records[0].exc_info is None


def test_an_error_of_the_job_is_a_line(caplog: pytest.LogCaptureFixture) -> None:
    def run(_: list[str]) -> None:
        raise DataError("record 3 is no picture")

    assert run_program([], list, run) == 2
    assert [record.getMessage() for record in caplog.records] == ["error: record 3 is no picture"]


def test_a_defect_is_none_of_the_users() -> None:
    def run(_: list[str]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_program([], list, run)


@pytest.mark.parametrize("name", ["py4j", "pyspark", "bigdl"])
def test_libraries_tell_errors_only(name: str) -> None:
    run_program([], list, lambda _: None)
    assert logging.getLogger(name).level == logging.ERROR
