"""Names that follow from a pipeline's name: those of its DAG, its assets and its runs."""

import re

from tasks.errors import ParamsError

#: The pipeline that every installation has; its name is also that of its model's registry.
BUILT_IN = "flowers"
#: Most characters of a name: it is part of ids, folders and URLs.
MOST_CHARACTERS = 50

_NAME = re.compile(rf"[a-z0-9][a-z0-9_-]{{0,{MOST_CHARACTERS - 1}}}")
_DAG = "_transfer_learning"
# Airflow's ids of runs have none.
_RUN = "/"


def check_name(name: object) -> str:
    """Return the name of a pipeline that a file describes.

    Raises:
        ParamsError: it is not such a name, or the built-in pipeline's.
    """
    if name == BUILT_IN:
        raise ParamsError(
            f"name is {BUILT_IN!r}, the built-in pipeline, which GRAFT_PARAMS and GRAFT_SCHEDULE "
            "set; expected another name"
        )
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ParamsError(
            f"name is {name!r}, expected 1 to {MOST_CHARACTERS} lower-case letters, digits, '_' "
            "and '-', the first a letter or a digit"
        )
    return name


def dag_id(name: str) -> str:
    """Return the id of a pipeline's DAG.

    >>> dag_id("flowers")
    'flowers_transfer_learning'
    """
    return f"{name}{_DAG}"


def name_of_dag(dag: str) -> str | None:
    """Return the pipeline whose DAG has an id; None if it is not the id of such a DAG.

    >>> name_of_dag("birds_transfer_learning")
    'birds'
    """
    name = dag.removesuffix(_DAG)
    return name if name != dag and _NAME.fullmatch(name) else None


def run_name(name: str, run_id: str) -> str:
    """Return the id under which Graft keeps a run: DAGs may have runs of the same id.

    Args:
        name: the pipeline's.
        run_id: as Airflow has it.

    >>> run_name("birds", "scheduled__2026-01-04")
    'birds/scheduled__2026-01-04'
    >>> run_name("flowers", "scheduled__2026-01-04")
    'scheduled__2026-01-04'
    """
    return run_id if name == BUILT_IN else f"{name}{_RUN}{run_id}"


def name_of_run(run: str) -> str:
    """Return the pipeline of a run that Graft keeps; the inverse of ``run_name``.

    >>> name_of_run("birds/scheduled__2026-01-04"), name_of_run("by_hand__2026")
    ('birds', 'flowers')
    """
    name, separator, _ = run.partition(_RUN)
    return name if separator and _NAME.fullmatch(name) else BUILT_IN
