"""Link on the training task: to Spark's pages while the job runs, to the report afterwards."""

import logging
import re
from typing import Any
from urllib.parse import quote

from airflow.sdk import BaseOperatorLink
from airflow.sdk.configuration import conf

logger = logging.getLogger(__name__)

#: Airflow stores the link's address under this key; a running task may store another one there.
LINK_KEY = "_link_RunLink"
_SPARK_UI = re.compile(r"Spark UI: (https?://\S+)")


class RunLink(BaseOperatorLink):
    """Button of the training task. Airflow asks for the address when the task has ended."""

    name = "Spark UI, then report"
    xcom_key = LINK_KEY

    def get_link(self, operator: Any, *, ti_key: Any) -> str:  # noqa: ARG002 - Airflow passes it
        """Return the address of the run's tab *Report*."""
        base = conf.get("api", "base_url", fallback="").rstrip("/")
        run_id = quote(ti_key.run_id, safe="")
        return f"{base}/dags/{ti_key.dag_id}/runs/{run_id}/plugin/report"


def link_to_spark(ti: Any, line: str) -> None:
    """Point the link at Spark's pages if a line of the job's log names their address.

    Args:
        ti: the task instance that runs.
        line: any line of the log.
    """
    if found := _SPARK_UI.search(line):
        try:
            ti.xcom_push(key=LINK_KEY, value=found[1])
        except Exception:
            # A missing link is no reason to end hours of training.
            logger.warning("no link to Spark's page: %s", found[1], exc_info=True)
