from types import SimpleNamespace
from typing import Any

import pytest

from graft_airflow.links import LINK_KEY, RunLink, link_to_spark

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


class TestRunLink:
    def test_leads_to_the_report(self) -> None:
        key = SimpleNamespace(dag_id="flowers", run_id="manual__2026-01-02T03:04:05+00:00")
        assert RunLink().get_link(None, ti_key=key) == (
            "/dags/flowers/runs/manual__2026-01-02T03%3A04%3A05%2B00%3A00/plugin/report"
        )

    def test_knows_where_airflow_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://host/airflow/")
        key = SimpleNamespace(dag_id="flowers", run_id="a")
        assert RunLink().get_link(None, ti_key=key) == (
            "https://host/airflow/dags/flowers/runs/a/plugin/report"
        )

    def test_airflow_keeps_its_address_where_the_job_puts_another(self) -> None:
        assert RunLink().xcom_key == LINK_KEY == "_link_RunLink"


class TestLinkToSpark:
    def test_takes_the_address_from_the_line_that_has_one(self) -> None:
        pushed = []
        ti = SimpleNamespace(xcom_push=lambda **given: pushed.append(given))
        for line in ("12:00:00 Spark UI: http://127.0.0.1:4041", "12:00:01 features: 3 of 9"):
            link_to_spark(ti, line)
        assert pushed == [{"key": "_link_RunLink", "value": "http://127.0.0.1:4041"}]

    def test_is_worth_no_failure(self, caplog: pytest.LogCaptureFixture) -> None:
        def xcom_push(**_: Any) -> None:
            raise ConnectionError("the api-server is away")

        link_to_spark(SimpleNamespace(xcom_push=xcom_push), "Spark UI: http://127.0.0.1:4041")
        assert "no link to Spark's page: http://127.0.0.1:4041" in caplog.text
        assert "the api-server is away" in caplog.text
