"""Table of a DAG's steps for its documentation, made from the documentation of its tasks."""

import re
from collections.abc import Iterable
from typing import Any


def steps_table(tasks: Iterable[Any]) -> str:
    """Return a Markdown table: for every task its name, what it reads and what it writes.

    Args:
        tasks: of the DAG, in the order of the rows; each has the bullets ``* **Reads** ...`` and
            ``* **Writes** ...`` in its ``doc_md``.

    Raises:
        ValueError: a task has no such bullet.
    """
    rows = [f"| `{t.task_id}` | {_bullet('Reads', t)} | {_bullet('Writes', t)} |" for t in tasks]
    return "\n".join(["| step | reads | writes under `GRAFT_HOME` |", "|---|---|---|", *rows])


def _bullet(name: str, task: Any) -> str:
    """Return the first sentence of a task's bullet."""
    _, start, rest = task.doc_md.partition(f"* **{name}** ")
    if not start:
        raise ValueError(f"the docstring of {task.task_id} has no line '* **{name}** ...'")
    text = " ".join(re.split(r"^\* ", rest, maxsplit=1, flags=re.MULTILINE)[0].split())
    return text.split(". ")[0].removesuffix(".")
