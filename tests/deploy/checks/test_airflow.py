import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.checks.airflow import AWAY, check_lineage, check_notices
from graft_airflow import settings_check
from support.network import LOOPBACK
from support.smtp_server import serve_mail
from tasks.errors import NetworkError, ParamsError, SetupError
from tasks.params.notices import NOTIFY, NOTIFY_ON

Says = Callable[[int, str], None]
OFF = "off; docs/lineage.md says how runs tell a lineage tool what they read and write"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"GRAFT_HOME": str(tmp_path), "AIRFLOW_HOME": str(tmp_path / "airflow")}


def write_settings(environ: dict[str, str], text: str) -> None:
    folder = Path(environ["AIRFLOW_HOME"])
    folder.mkdir()
    (folder / "airflow.cfg").write_text(text)


@pytest.fixture
def no_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        pytest.fail("a program was started")

    monkeypatch.setattr("subprocess.run", refuse)


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    """Stands in for the program, whose own words tests/plugins looks at."""

    def says(status: int, text: str) -> None:
        ended = subprocess.CompletedProcess([], status, f"{text}\n" if text else "")
        monkeypatch.setattr("subprocess.run", lambda *_, **__: ended)

    return says


def test_they_are_those_of_the_program() -> None:
    from deploy.checks import airflow

    names = ("LINEAGE", "MAIL", "AWAY")
    assert [getattr(airflow, n) for n in names] == [getattr(settings_check, n) for n in names]


class TestLineage:
    @pytest.mark.usefixtures("no_airflow")
    def test_is_off_where_nobody_set_anything(self, environ: dict[str, str]) -> None:
        # As docker-compose.yml sets them.
        unset = {"OPENLINEAGE_URL": "", "OPENLINEAGE_NAMESPACE": "default"}
        assert check_lineage({**environ, **unset}) == OFF
        # As Airflow writes it.
        write_settings(
            environ,
            "[core]\nx = %d\n[openlineage]\n# transport = \nconfig_conn_id = \n"
            "disabled = False\nexecution_timeout = 10\nemission_policy = []\ntransport = \n",
        )
        assert check_lineage(environ) == OFF

    def test_is_on_by_a_file(self, environ: dict[str, str], tmp_path: Path) -> None:
        events = tmp_path / "events.jsonl"
        transport = json.dumps({"type": "file", "log_file_path": str(events)})
        write_settings(environ, f"[openlineage]\ntransport = {transport}\n")
        assert check_lineage(environ) == f"on, events of runs go to {events}"

    def test_is_on_and_its_server_away(self, environ: dict[str, str], says: Says) -> None:
        says(AWAY, "http://marquez cannot be reached (Connection refused)")
        with pytest.raises(NetworkError) as caught:
            check_lineage({**environ, "OPENLINEAGE_URL": "http://marquez"})
        assert str(caught.value) == (
            "http://marquez cannot be reached (Connection refused): runs succeed without it, but "
            "their events are lost"
        )

    def test_is_wrong(self, environ: dict[str, str], says: Says) -> None:
        says(1, "Failed to import pigeon")
        environ["AIRFLOW__OPENLINEAGE__TRANSPORT"] = '{"type": "pigeon"}'
        message = r"^Airflow's section openlineage is wrong: Failed to import pigeon$"
        with pytest.raises(SetupError, match=message):
            check_lineage(environ)

    def test_cannot_be_asked(self, environ: dict[str, str], says: Says) -> None:
        says(-9, "")
        with pytest.raises(SetupError, match="wrong: Airflow ended with status -9"):
            check_lineage({**environ, "OPENLINEAGE_URL": "http://marquez"})


class TestNotices:
    @pytest.mark.usefixtures("no_airflow")
    def test_are_off(self, environ: dict[str, str]) -> None:
        assert check_notices(environ) == "GRAFT_NOTIFY is not set: no mails are sent"
        with pytest.raises(ParamsError, match="GRAFT_NOTIFY_ON has 'lost'"):
            check_notices({**environ, NOTIFY: "ann@example.org", NOTIFY_ON: "lost"})

    def test_are_on_if_the_server_answers(self, environ: dict[str, str]) -> None:
        environ |= {NOTIFY: "ann@example.org, bob@example.org", NOTIFY_ON: "failed"}
        with serve_mail() as server:
            port = server.server_address[1]
            extra = {"disable_ssl": True, "disable_tls": True}
            connection = {"conn_type": "smtp", "host": LOOPBACK, "port": port, "extra": extra}
            environ["AIRFLOW_CONN_SMTP_DEFAULT"] = json.dumps(connection)
            assert check_notices(environ) == (
                f"mails to ann@example.org, bob@example.org about failed, over {LOOPBACK}:{port}"
            )

    def test_are_not_sent_if_it_does_not(self, environ: dict[str, str], says: Says) -> None:
        says(AWAY, "mail:25 does not answer as it should (refused)")
        with pytest.raises(NetworkError) as caught:
            check_notices({**environ, NOTIFY: "ann@example.org"})
        assert str(caught.value) == (
            "no mails reach ann@example.org, runs succeed without them: mail:25 does not answer as "
            "it should (refused); the Airflow connection is smtp_default, see docs/airflow.md"
        )
