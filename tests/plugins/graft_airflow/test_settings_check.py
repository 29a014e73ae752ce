"""What ``graft doctor`` asks Airflow, in this process; tests/deploy/checks starts the program."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from graft_airflow.settings_check import AWAY, LINEAGE, MAIL, main
from support.network import LOOPBACK, free_port
from support.smtp_server import serve_mail

TRANSPORT = "AIRFLOW__OPENLINEAGE__TRANSPORT"


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (TRANSPORT, "OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "AIRFLOW_CONN_MAIL"):
        monkeypatch.delenv(name, raising=False)


class TestLineage:
    def said(self, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
        capsys.readouterr()
        status = main([LINEAGE])
        return status, capsys.readouterr().out.strip()

    def test_is_off(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.said(capsys) == (0, "")

    def test_goes_to_a_file(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "events.jsonl"
        transport = {"type": "file", "log_file_path": str(file), "append": True}
        monkeypatch.setenv(TRANSPORT, json.dumps(transport))
        assert self.said(capsys) == (0, str(file))
        gone = {**transport, "log_file_path": str(tmp_path / "gone" / "events.jsonl")}
        monkeypatch.setenv(TRANSPORT, json.dumps(gone))
        status, text = self.said(capsys)
        assert status == AWAY
        assert text.endswith(f"{tmp_path / 'gone'} is no folder that this user may write")

    def test_goes_to_a_server(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with serve_mail() as anything:
            url = f"http://me:s3cret@{LOOPBACK}:{anything.server_address[1]}"
            monkeypatch.setenv(TRANSPORT, json.dumps({"type": "http", "url": url}))
            assert self.said(capsys) == (0, url.replace("me:s3cret", "***"))
        status, text = self.said(capsys)
        assert status == AWAY
        assert text.endswith(" cannot be reached (Connection refused)")
        assert "s3cret" not in text

    def test_goes_to_the_log_and_to_a_server(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        both = {"type": "composite", "transports": [{"type": "console"}, {"type": "console"}]}
        monkeypatch.setenv(TRANSPORT, json.dumps(both))
        assert self.said(capsys) == (0, "the tasks' logs, the tasks' logs")

    @pytest.mark.parametrize(
        ("transport", "problem"),
        [
            ('{"type": ', "Unable to parse [openlineage] 'transport' as valid json"),
            ('{"type": "pigeon"}', "Failed to import pigeon"),
        ],
    )
    def test_is_wrong(
        self,
        transport: str,
        problem: str,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setenv(TRANSPORT, transport)
        assert self.said(capsys) == (1, problem)


class TestMail:
    @pytest.fixture
    def port(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
        with serve_mail() as server:
            yield self.connect(monkeypatch, server.server_address[1])

    def connect(self, monkeypatch: pytest.MonkeyPatch, port: int) -> int:
        extra = {"disable_ssl": True, "disable_tls": True}
        connection = {"conn_type": "smtp", "host": LOOPBACK, "port": port, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_MAIL", json.dumps(connection))
        return port

    def test_is_sent(self, port: int, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([MAIL, "mail"]) == 0
        assert capsys.readouterr().out == f"{LOOPBACK}:{port}\n"

    def test_has_no_server(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        port = self.connect(monkeypatch, free_port())
        assert main([MAIL, "mail"]) == AWAY
        said = capsys.readouterr().out
        assert said.startswith(f"{LOOPBACK}:{port} does not answer as it should (")
        assert "refused" in said

    def test_has_no_connection(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([MAIL, "mail"]) == 1
        assert "`mail` isn't defined" in capsys.readouterr().out
