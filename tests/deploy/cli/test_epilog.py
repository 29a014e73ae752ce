import typer
from typer.testing import CliRunner

from deploy.cli.epilog import TableCommand


class Plain(TableCommand):
    """A command with a table alone."""

    heading = "Things"

    @staticmethod
    def table() -> list[tuple[str, str]]:
        return [("one", "the first"), ("two", "the second")]


class WithExample(Plain):
    """The same with an example."""

    example = "graft count one"


def help_of(kind: type[TableCommand]) -> list[str]:
    app = typer.Typer(rich_markup_mode=None)
    app.command(cls=kind)(lambda: None)
    return [line.rstrip() for line in CliRunner().invoke(app, ["--help"]).output.splitlines()]


def test_help_ends_with_the_table() -> None:
    assert help_of(Plain)[-3:] == ["Things:", "  one  the first", "  two  the second"]


def test_an_example_comes_after_it() -> None:
    lines = help_of(WithExample)
    assert lines[-2:] == ["Example:", "  graft count one"]
    assert "Things:" in lines
