"""Counts of what was tried and held, printed at the end."""

import os

import pytest

#: Examples of each kind of input that is fuzzed; ``make test-hostile`` sets more.
EXAMPLES = int(os.environ.get("GRAFT_HOSTILE_EXAMPLES", "100"))
_PROPERTY = "hostile"


@pytest.fixture(scope="session")
def examples() -> int:
    return EXAMPLES


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lines = [
        value
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if report.when == "call"
        for name, value in report.user_properties
        if name == _PROPERTY
    ]
    if lines:
        terminalreporter.section("hostile inputs")
        for line in lines:
            terminalreporter.line(str(line))
