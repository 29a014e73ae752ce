"""Help of the commands that take params or another program's flags."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from typer.core import TyperCommand


class TableCommand(TyperCommand, ABC):
    """A command whose help ends with a table of names and their explanations.

    Attributes:
        heading: of the table.
        example: a command line; None for none.
    """

    heading: ClassVar[str] = "Params, for -p"
    example: ClassVar[str | None] = None

    @staticmethod
    @abstractmethod
    def table() -> list[tuple[str, str]]:
        """Return the names and their explanations."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the table, and the example."""
        super().format_epilog(ctx, formatter)
        with formatter.section(self.heading):
            formatter.write_dl(self.table())
        if self.example:
            with formatter.section("Example"):
                formatter.write_text(self.example)
