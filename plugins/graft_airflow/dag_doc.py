"""Documentation of a DAG, with a table of its steps made from the documentation of its tasks."""

import re
from collections.abc import Iterable
from typing import Any


def dag_doc(text: str | None, tasks: Iterable[Any], *, assets: Iterable[str]) -> str:
    """Return the documentation of a DAG as Markdown.

    Args:
        text: what all such DAGs do.
        tasks: of this DAG.
        assets: names of its data set and of its model.
    """
    dataset, model = assets
    names = f"Asset of the data set: `{dataset}`. Asset of the model: `{model}`."
    return f"{text or ''}\n{names}\n\n{steps_table(tasks)}"


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
