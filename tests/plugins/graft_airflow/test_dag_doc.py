from types import SimpleNamespace

import pytest

from graft_airflow.dag_doc import steps_table

DOC = """Unpack the archive.

* **Reads** the archive, which
  may be large. An old one is fine.
* **Writes** `datasets/<digest>/`: `labels.txt`, `dataset.json`.
* **Log**: nothing.
"""


def test_a_row_for_every_task() -> None:
    tasks = [
        SimpleNamespace(task_id="extract", doc_md=DOC),
        SimpleNamespace(
            task_id="report", doc_md="Write.\n\n* **Writes** a page.\n* **Reads** all."
        ),
    ]
    assert steps_table(tasks).splitlines() == [
        "| step | reads | writes under `GRAFT_HOME` |",
        "|---|---|---|",
        "| `extract` | the archive, which may be large "
        "| `datasets/<digest>/`: `labels.txt`, `dataset.json` |",
        "| `report` | all | a page |",
    ]


def test_a_task_that_does_not_say_it() -> None:
    task = SimpleNamespace(task_id="extract", doc_md="Unpack.\n\n* **Reads** the archive.")
    with pytest.raises(ValueError, match=r"docstring of extract has no line '\* \*\*Writes\*\* "):
        steps_table([task])
