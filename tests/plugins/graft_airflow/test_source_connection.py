"""Airflow connections with the credentials of a source."""

import json
import logging
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from graft_airflow import step, steps
from graft_airflow.run import Run
from graft_airflow.source_connection import source_credentials
from support.http_server import CONTENT, ScriptedServer
from tasks.download.credentials import NO_CREDENTIALS, Credentials
from tasks.download.download import downloaded_file
from tasks.errors import SetupError
from tasks.params.definitions import RunParams
from tasks.runs.record import DAG_ID
from tasks.storage.paths import Home

URL = "https://example.org/a.tar"
LOGIN = {"login": "me", "password": "pa55word"}

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


@pytest.fixture
def run(home: Home) -> Run:
    return Run(RunParams(), home, "manual__2026")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the connection ``store``."""

    def store(**fields: Any) -> None:
        content = {"conn_type": "http", "host": "example.org", **fields}
        monkeypatch.setenv("AIRFLOW_CONN_STORE", json.dumps(content))

    return store


Store = Callable[..., None]


def message(run: Run, url: str = URL) -> str:
    with pytest.raises(SetupError) as refused:
        source_credentials(run, "store", url)
    assert "pa55word" not in str(refused.value)
    return str(refused.value)


class TestCredentials:
    def test_without_a_connection_there_are_none(self, run: Run) -> None:
        assert source_credentials(run, None, URL) == NO_CREDENTIALS

    def test_of_the_sample_there_are_none(self, home: Home) -> None:
        run = Run(RunParams(source="sample", dataset_conn_id="store"), home, "manual__2026")
        assert source_credentials(run, "store", URL) == NO_CREDENTIALS

    def test_for_http_are_login_password_and_headers(self, run: Run, store: Store) -> None:
        store(**LOGIN, extra={"X-Api-Key": "k3y "})
        assert source_credentials(run, "store", URL) == Credentials(
            "me", "pa55word", headers={"X-Api-Key": "k3y"}
        )

    @pytest.mark.parametrize(
        ("url", "options"),
        [
            ("s3://example.org/a.tar", {"key": "me", "secret": "pa55word"}),
            ("sftp://example.org/a.tar", {"username": "me", "password": "pa55word"}),
            ("abfs://example.org/a", {"account_name": "me", "account_key": "pa55word"}),
        ],
    )
    def test_for_fsspec_are_options_of_the_file_system(
        self, run: Run, store: Store, url: str, options: dict[str, str]
    ) -> None:
        store(**LOGIN, extra={"client_kwargs": {"endpoint_url": "http://127.0.0.1:9000"}})
        assert source_credentials(run, "store", url) == Credentials(
            storage_options={**options, "client_kwargs": {"endpoint_url": "http://127.0.0.1:9000"}}
        )

    def test_may_be_an_extra_alone(self, run: Run, store: Store) -> None:
        store(extra={"token": "t0ken"})
        found = source_credentials(run, "store", "gs://example.org/a.tar")
        assert found == Credentials(storage_options={"token": "t0ken"})


class TestRefused:
    def test_a_connection_that_is_not_set(self, run: Run) -> None:
        assert message(run) == (
            "the Airflow connection 'store' is not set, or malformed. Add it under Admin, "
            'Connections, or export AIRFLOW_CONN_STORE=\'{"conn_type": "http", '
            '"host": "example.org", "login": "me", "password": "..."}\''
        )

    def test_a_malformed_one(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("AIRFLOW_CONN_STORE", '{"password": "pa55word",')
        assert "the Airflow connection 'store' is not set, or malformed. Add" in message(run)

    def test_one_of_another_host(self, run: Run, store: Store) -> None:
        store(**LOGIN, host="example.com")
        assert message(run) == (
            "the Airflow connection 'store' belongs to the host 'example.com', expected that of "
            f"{URL}"
        )

    def test_one_without_a_host(self, run: Run, store: Store) -> None:
        store(**LOGIN, host="")
        assert message(run) == (
            f"the Airflow connection 'store' has no host, expected that of {URL}"
        )

    def test_unencrypted_http_unless_the_connection_says_so(self, run: Run, store: Store) -> None:
        store(**LOGIN)
        told = message(run, "http://example.org/a.tar")
        assert "'store' belongs to https URLs, expected the scheme of http://example.org/a" in told
        store(**LOGIN, schema="http")
        assert source_credentials(run, "store", "http://example.org/a.tar")
        assert "belongs to http URLs, expected the scheme of https:" in message(run)

    @pytest.mark.parametrize(("port", "url"), [(8443, URL), (None, "https://example.org:8443/a")])
    def test_another_port(self, run: Run, store: Store, port: int | None, url: str) -> None:
        store(**LOGIN, port=port)
        assert "'store' belongs to another port than https://example.org" in message(run, url)

    def test_the_usual_port_may_be_written(self, run: Run, store: Store) -> None:
        store(**LOGIN, port=443)
        assert source_credentials(run, "store", URL)

    @pytest.mark.parametrize(
        "extra", [{"X Key": "a"}, {"X-Key": 5}, {"X-Key": "a\r\nb"}, {"": "a"}, {"X-Key": "\xe9"}]
    )
    def test_an_extra_that_is_no_headers(
        self, run: Run, store: Store, extra: dict[str, object]
    ) -> None:
        store(**LOGIN, extra=extra)
        assert f"has {next(iter(extra))!r}, expected names of HTTP headers with" in message(run)

    @pytest.mark.parametrize("url", ["https://[::1/a.tar", "https://example.org:99999/a.tar"])
    def test_a_malformed_url(self, run: Run, store: Store, url: str) -> None:
        store(**LOGIN)
        assert "is malformed, expected scheme://host/path" in message(run, url)


def test_a_step_downloads_with_the_connection_and_records_nothing_of_it(
    home: Home,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ScriptedServer()
    server.start()
    store(**LOGIN, host="127.0.0.1", port=server.server_port, schema="http")
    params = {"dataset_url": server.url, "dataset_conn_id": "store"}
    context = {"params": params, "run_id": "manual__2026", "dag": SimpleNamespace(dag_id=DAG_ID)}
    monkeypatch.setattr(step, "get_current_context", lambda: context)
    facts = steps.download_dataset.function()
    server.stop()
    assert downloaded_file(Path(facts["path"])).read_bytes() == CONTENT
    assert server.requests[0][1]["Authorization"].startswith("Basic ")
    written = [path.read_text(errors="ignore") for path in home.root.rglob("*.json")]
    assert written
    for text in (json.dumps(facts), caplog.text, *written):
        assert "pa55word" not in text
        assert server.requests[0][1]["Authorization"].split()[1] not in text
