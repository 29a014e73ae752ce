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


def may_edit(dag_id: str) -> Any:
    """Return a FastAPI dependency that admits users who may edit a DAG; see ``may_read_runs``."""
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends

    return Depends(requires_access_dag("PUT", param_dag_id=dag_id))


def current_user() -> Any:
    """Return a FastAPI dependency that is the request's user."""
    from airflow.api_fastapi.core_api.security import get_user
    from fastapi import Depends

    return Depends(get_user)


def can_edit(user: Any, dag_id: str) -> bool:
    """Return True if a user may edit a DAG."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
    from airflow.models.dag import DagModel

    details = DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id))
    return bool(get_auth_manager().is_authorized_dag(method="PUT", details=details, user=user))


def session_of(request: Any) -> str | None:
    """Return the session's cookie if it is what authenticates a request, else None.

    A request with a token in its header was made by a program: a browser adds no such header by
    itself, whatever page makes it ask.
    """
    from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN

    if request.headers.get("Authorization", "").lower().startswith("bearer "):
        return None
    cookie: str | None = request.cookies.get(COOKIE_NAME_JWT_TOKEN)
    return cookie
