"""Ways to show predictions: lines, a table, JSON, CSV."""

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from deploy.terminal import say, shows_colours
from tasks.visible import visible

if TYPE_CHECKING:
    from tasks.serving.predict import Result

# A table needs all its rows before its columns have their widths.
_ROWS = 200


def show(results: "Iterable[Result]", top: int, *, as_json: bool, as_csv: bool) -> bool:
    """Print results as they come.

    Errors of pictures also go to standard error, but those of JSON and CSV, which have them.

    Args:
        results: to print.
        top: how many classes of each.
        as_json: print an array of JSON.
        as_csv: print a table of CSV.

    Returns:
        True if all pictures are good.
    """
    counted = _Counted(results, tells=not (as_json or as_csv))
    if as_json:
        _show_json(counted, top)
    elif as_csv:
        _show_csv(counted, top)
    elif shows_colours(sys.stdout):
        _show_tables(counted, top)
    else:
        _show_lines(counted, top)
    return not counted.bad


class _Counted:
    """Results, of which the bad ones are counted."""

    def __init__(self, results: "Iterable[Result]", *, tells: bool) -> None:
        self._results = results
        self._tells = tells
        self.bad = 0

    def __iter__(self) -> "Iterator[Result]":
        for result in self._results:
            if result.error is not None:
                self.bad += 1
                say(f"error: {result.name}: {result.error}", sys.stderr)
                if self._tells:
                    continue
            yield result


def _ranking(result: "Result", top: int) -> list[tuple[str, float]]:
    return result.answer.ranking(top) if result.answer else []


def _show_lines(results: "Iterable[Result]", top: int) -> None:
    for result in results:
        ranked = (f"{name} {score:.4f}" for name, score in _ranking(result, top))
        say("  ".join([f"{result.name}:", *ranked]))


def _show_tables(results: "Iterable[Result]", top: int) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    remaining = iter(results)
    while rows := list(islice(remaining, _ROWS)):
        table = Table("picture", "class", "score", box=None, header_style="dim")
        table.columns[2].justify = "right"
        for result in rows:
            for place, (name, score) in enumerate(_ranking(result, top)):
                first = "" if place else visible(result.name)
                style = "dim" if place else ""
                table.add_row(first, visible(name), f"{score:.4f}", style=style)
        console.print(table)


def _show_json(results: "Iterable[Result]", top: int) -> None:
    separator = "["
    for result in results:
        sys.stdout.write(f"{separator}\n  {json.dumps(_as_json(result, top))}")
        sys.stdout.flush()
        separator = ","
    sys.stdout.write("\n]\n" if separator == "," else "[]\n")


def _as_json(result: "Result", top: int) -> dict[str, Any]:
    if result.error is not None:
        return {"picture": result.name, "error": result.error}
    ranked = _ranking(result, top)
    name, score = ranked[0]
    return {"picture": result.name, "class": name, "score": score, "scores": dict(ranked)}


def _show_csv(results: "Iterable[Result]", top: int) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    numbers = range(1, top + 1)
    writer.writerow(
        ["picture", "error", *(f"{c}_{n}" for n in numbers for c in ("class", "score"))]
    )
    for result in results:
        ranked = ((visible(name), score) for name, score in _ranking(result, top))
        writer.writerow([visible(result.name), result.error or "", *chain.from_iterable(ranked)])
        sys.stdout.flush()
