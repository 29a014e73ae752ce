"""Who may see a page: Airflow's own login and permissions.

Airflow 3.3 has no public interface for this. All that is internal to it is in this module.
"""

from typing import Any


def may_read_runs(dag_id: str) -> Any:
    """Return a FastAPI dependency that lets those pass who may read a DAG's runs.

    The others get 401 without a valid token in the header or in the session's cookie, and 403 with
    one of a user who may not read the DAG.
    """
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends

    return Depends(requires_access_dag("GET", DagAccessEntity.RUN, param_dag_id=dag_id))
