"""Access to the pages by Airflow's own login and permissions.

Airflow 3.3 has no public interface for this. All uses of its internals for access are here.
"""

from typing import Any


def may_read_runs(dag_id: str) -> Any:
    """Return a FastAPI dependency that admits users who may read the runs of a DAG.

    It answers 401 without a valid token in the header or in the session's cookie, and 403 if the
    token's user may not read the DAG.
    """
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends

    return Depends(requires_access_dag("GET", DagAccessEntity.RUN, param_dag_id=dag_id))
