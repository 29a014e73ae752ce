"""Access to the pages by Airflow's own login and permissions.

Airflow 3.3 has no public interface for this. All uses of its internals for access are here.
"""

from collections.abc import Callable, Sequence
from typing import Any

#: Returns the id of the DAG that a request is about.
DagOf = Callable[[Any], str]


def may_read_runs(dag_of: DagOf) -> Any:
    """Return a FastAPI dependency that admits users who may read the runs of a request's DAG.

    It answers 401 without a valid token in the header or in the session's cookie, and 403 if the
    token's user may not read the DAG.

    Args:
        dag_of: returns the id of the DAG that a request is about.
    """
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity

    return _required("GET", DagAccessEntity.RUN, dag_of)


def may_edit(dag_of: DagOf) -> Any:
    """Return a FastAPI dependency that admits users who may edit a DAG; see ``may_read_runs``."""
    return _required("PUT", None, dag_of)


def current_user() -> Any:
    """Return a FastAPI dependency that is the request's user."""
    from airflow.api_fastapi.core_api.security import get_user
    from fastapi import Depends

    return Depends(get_user)


def can_edit(user: Any, dag_id: str) -> bool:
    """Return True if a user may edit a DAG."""
    from airflow.api_fastapi.app import get_auth_manager

    (request,) = _requests([dag_id], "PUT", None)
    return bool(get_auth_manager().is_authorized_dag(**request, user=user))


def whose_runs_can_be_read(user: Any, dag_ids: Sequence[str]) -> set[str]:
    """Return those of several DAGs whose runs a user may read."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity

    manager = get_auth_manager()
    requests = _requests(dag_ids, "GET", DagAccessEntity.RUN)
    # One call for all, which is one message to a service. It says no more than yes or no: who may
    # not read all is asked about one by one.
    if manager.batch_is_authorized_dag(requests, user=user):
        return set(dag_ids)
    pairs = zip(dag_ids, requests, strict=True)
    return {dag_id for dag_id, each in pairs if manager.is_authorized_dag(**each, user=user)}


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


def _required(method: Any, entity: Any, dag_of: DagOf) -> Any:
    from airflow.api_fastapi.core_api.security import requires_access_dag
    from fastapi import Depends, Request

    signed_in = current_user()

    def check(request: Request, user: Any = signed_in) -> None:
        requires_access_dag(method, entity, param_dag_id=dag_of(request))(request, user)

    return Depends(check)


def _requests(dag_ids: Sequence[str], method: Any, entity: Any) -> list[Any]:
    """Return what to ask an auth manager about DAGs, in their order."""
    from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
    from airflow.models.dag import DagModel

    teams = DagModel.get_dag_id_to_team_name_mapping(list(dag_ids))
    details = (DagDetails(id=dag_id, team_name=teams.get(dag_id)) for dag_id in dag_ids)
    return [{"method": method, "access_entity": entity, "details": each} for each in details]
