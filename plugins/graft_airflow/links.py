"""Where the button on a training's page leads."""

from typing import Any
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink
from airflow.sdk.configuration import conf

#: Where Airflow keeps the address; a task that runs may put another one there.
LINK_KEY = "_link_RunLink"


class RunLink(BaseOperatorLink):
    """Leads to the run's report once the task has ended; until then the operator says where to."""

    name = "Spark UI, then report"
    xcom_key = LINK_KEY

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002 - Airflow passes it
        """Return the address of the report's tab."""
        base = conf.get("api", "base_url", fallback="").rstrip("/")
        run_id = quote(ti_key.run_id, safe="")
        return f"{base}/dags/{ti_key.dag_id}/runs/{run_id}/plugin/report"
