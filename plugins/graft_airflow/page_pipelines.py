"""The pipeline that a request for a page is about."""

from typing import Any
from urllib.parse import urlencode

from tasks.pipelines.folder import read_pipelines
from tasks.pipelines.names import BUILT_IN, dag_id, name_of_dag
from tasks.storage.paths import Home

#: Field of the query that chooses the pipeline.
QUERY = "pipeline"


def asked_dag(request: Any) -> str:
    """Return the id of the DAG that a request is about, which decides who may make it.

    The path decides where it names a DAG or a model, else the query.
    """
    path = request.path_params
    if "dag_id" in path:
        return dag_id(name_of_dag(path["dag_id"]) or BUILT_IN)
    return dag_id(path["name"] if "name" in path else asked_pipeline(request))


def asked_pipeline(request: Any) -> str:
    """Return the pipeline that a query chooses, known or not; the built-in one by default."""
    return str(request.query_params.get(QUERY) or BUILT_IN)


def known_pipelines(home: Home) -> list[str]:
    """Return the names of the pipelines: the built-in one, those with a file, and with a registry.

    A pipeline whose file is gone has runs and versions nevertheless.
    """
    from tasks.registry.history import registry_names

    return list(dict.fromkeys([BUILT_IN, *read_pipelines().files, *registry_names(home)]))


def page_of(name: str) -> str:
    """Return the address of a pipeline's page, relative to that of all pages."""
    return "" if name == BUILT_IN else f"?{urlencode({QUERY: name})}"
