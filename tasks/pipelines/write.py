"""Writes the file of a new pipeline."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.errors import ParamsError
from tasks.params.installation import PIPELINES, pipelines_folder
from tasks.pipelines.folder import ENDING, read_pipelines
from tasks.pipelines.names import check_name, dag_id
from tasks.pipelines.pipeline import Pipeline, parse_pipeline
from tasks.storage.local_files import make_folder, storage_errors, write_text

_HEAD = """\
# A pipeline of Graft: Airflow makes the DAG {dag_id} of it.
# schedule: a cron expression in UTC, a preset such as "@daily", or "none". Default: GRAFT_SCHEDULE.
# [params]: any param of a run, such as epochs, promote and min_accuracy; see graft run --help.
"""


def write_pipeline(
    name: str, params: Mapping[str, Any], schedule: str | None = None
) -> tuple[Path, Pipeline]:
    """Write the file of a new pipeline into the folder of ``GRAFT_PIPELINES``; return both.

    Args:
        name: the pipeline's.
        params: those that differ from the defaults, as JSON types.
        schedule: the schedule; None: that of the installation.

    Raises:
        ParamsError: ``GRAFT_PIPELINES`` is not set, the name is no such name or taken, or a param
            or the schedule is wrong.
        StorageError: the folder cannot be written.
    """
    folder = pipelines_folder()
    if folder is None:
        raise ParamsError(
            f"{PIPELINES} is not set, expected the folder of the pipelines' files: set it for "
            "graft and for Airflow"
        )
    path = folder / f"{check_name(name)}{ENDING}"
    text = pipeline_text(name, params, schedule)
    pipeline = parse_pipeline(text, name)
    with storage_errors(folder):
        make_folder(folder)
    taken = read_pipelines().files.get(name, path)
    if path.exists() or taken != path:
        raise ParamsError(f"{taken} describes the pipeline {name!r} already: edit it, or delete it")
    write_text(path, text)
    return path, pipeline


def pipeline_text(name: str, params: Mapping[str, Any], schedule: str | None = None) -> str:
    """Return the TOML of a pipeline; params that are None are left out, as TOML has no null."""
    lines = [f"name = {_value(name)}"]
    if schedule is not None:
        lines.append(f"schedule = {_value(schedule)}")
    lines += ["", "[params]"]
    lines += [f"{key} = {_value(value)}" for key, value in params.items() if value is not None]
    return "\n".join([_HEAD.format(dag_id=dag_id(name)), *lines, ""])


def _value(value: object) -> str:
    # A text, a number or a boolean of JSON is one of TOML but for one control character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
