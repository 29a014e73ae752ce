from pathlib import Path

import pytest

from graft_airflow.exclude import fetch_exclude
from graft_airflow.run import Run
from support.http_server import ScriptedServer
from tasks.datasets.exclude_list import ExcludeList
from tasks.errors import DataError, SetupError
from tasks.params.definitions import RunParams
from tasks.storage.paths import Home

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


def run(home: Home, **params: str) -> Run:
    return Run(RunParams.model_validate(params), home, "manual__2026")


def test_a_run_without_a_list(home: Home) -> None:
    assert fetch_exclude(run(home)) is None


def test_a_list_and_one_without_entries(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "exclude.txt"
    path.write_text("a.jpg\n")
    found = fetch_exclude(run(home, exclude=str(path)))
    assert found is not None
    assert (found.path, found.digest) == (path, ExcludeList(frozenset({"a.jpg"})).digest)
    path.write_text("# none\n")
    nothing = fetch_exclude(run(home, exclude=path.as_uri()))
    assert nothing is not None
    assert nothing.digest is None


def test_a_list_that_is_not_there(home: Home, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"exclude: the list .* cannot be read"):
        fetch_exclude(run(home, exclude=str(tmp_path / "none.txt")))


class TestCredentials:
    @pytest.mark.parametrize("same_host", [True, False])
    def test_those_of_the_data_set_are_for_its_host_alone(
        self, home: Home, monkeypatch: pytest.MonkeyPatch, same_host: bool
    ) -> None:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        server = ScriptedServer()
        server.content = b"a.jpg\n"
        server.start()
        host = server.url.rpartition("/")[0] if same_host else "http://example.org"
        params = {"dataset_url": f"{host}/data.tar", "dataset_conn_id": "none_of_this_name"}
        try:
            if same_host:
                with pytest.raises(SetupError, match="'none_of_this_name' is not set"):
                    fetch_exclude(run(home, exclude=server.url, **params))
            else:
                assert fetch_exclude(run(home, exclude=server.url, **params)) is not None
        finally:
            server.stop()
