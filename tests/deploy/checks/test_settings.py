import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.checks import settings
from deploy.connection import LOCAL_SPARK, SPARK_CONNECTION
from deploy.doctor import Finding
from support.slim_library import write_library
from tasks.errors import SetupError
from tasks.spark.authentication import SECRET
from tasks.storage.paths import CHECKOUT

Find = Callable[..., Finding]


class TestMaster:
    def test_not_set(self, find: Find) -> None:
        finding = find("Spark master", **{SPARK_CONNECTION: ""})
        assert not finding.ok
        assert finding.text == (
            f"{SPARK_CONNECTION} is not set: source env.sh, or for this machine: export "
            f"{SPARK_CONNECTION}='{LOCAL_SPARK}'"
        )

    def test_yarn_without_its_configuration(self, find: Find) -> None:
        yarn = {SPARK_CONNECTION: '{"conn_type": "spark", "host": "yarn"}'}
        finding = find("Spark master", **yarn)
        assert not finding.ok
        assert finding.text == "yarn, but neither HADOOP_CONF_DIR nor YARN_CONF_DIR is set"
        assert find("Spark master", **yarn, HADOOP_CONF_DIR="/etc/hadoop").text == "yarn"

    @pytest.mark.parametrize(
        ("connection", "problem"),
        [
            ('{"conn_type": "spark"}', "names no host; for this machine: export"),
            ('{"conn_type": "spark", "host": ', "expected JSON or a URI: "),
            ('{"conn_type": "spark", "host": "h", "port": "x"}', "expected JSON or a URI: "),
            ("spark://", "names no host"),
            ("nonsense", "names no host"),
            ("spark://local[*]", "expected JSON or a URI: "),
        ],
    )
    def test_names_no_master(self, find: Find, connection: str, problem: str) -> None:
        finding = find("Spark master", **{SPARK_CONNECTION: connection})
        assert not finding.ok
        assert finding.text.startswith(f"{SPARK_CONNECTION} ")
        assert problem in finding.text


class TestAuthentication:
    def find(self, find: Find, host: str, secret: str = "") -> Finding:
        connection = json.dumps({"conn_type": "spark", "host": host})
        return find("Spark authentication", **{SPARK_CONNECTION: connection, SECRET: secret})

    def test_a_local_master_needs_none(self, find: Find) -> None:
        finding = self.find(find, "local[*]")
        assert (finding.ok, finding.text[:10]) == (True, "not needed")

    def test_a_standalone_master_without_is_named(self, find: Find) -> None:
        finding = self.find(find, "spark://head:7077")
        # Not an error: the network may keep strangers away.
        assert finding.ok
        assert finding.text.startswith("none: unless a network keeps strangers away")
        assert finding.text.endswith(
            "set GRAFT_SPARK_SECRET for all of its processes, see docs/cluster.md"
        )

    def test_with_a_secret(self, find: Find) -> None:
        finding = self.find(find, "spark://head:7077", "0123456789abcdef")
        assert finding.ok
        assert finding.text.startswith("with GRAFT_SPARK_SECRET; ")
        assert "0123456789abcdef" not in finding.text

    def test_a_secret_that_can_be_guessed(self, find: Find) -> None:
        finding = self.find(find, "spark://head:7077", "graft")
        assert not finding.ok
        assert finding.text.startswith("GRAFT_SPARK_SECRET has 5 characters, expected 16 or more")

    def test_yarn_and_kubernetes_have_their_own(self, find: Find) -> None:
        assert self.find(find, "k8s://https://host").text.startswith(
            "as the cluster's own settings"
        )


class TestMemory:
    def test_of_the_machine(self, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings, "memory_limit", lambda: None)
        assert re.fullmatch(r"\d+\.\d GiB", find("memory").text)

    def test_of_a_container(self, find: Find, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(settings, "memory_limit", lambda: 2**31 // 2)
        assert find("memory").text == (
            "1.0 GiB, the limit of this container or service; the param driver_memory, plus 2 GiB, "
            "should be no more"
        )


class TestOpenFiles:
    @pytest.mark.parametrize(
        ("hard", "text"),
        [
            (resource.RLIM_INFINITY, "as many as wanted"),
            (524288, "a process may have 524,288"),
            (
                256,
                "a process may have 256 at most, 1024 expected: raise the hard limit (ulimit -Hn, "
                "or nofile in /etc/security/limits.conf)",
            ),
        ],
    )
    def test_hard_limit(
        self, find: Find, monkeypatch: pytest.MonkeyPatch, hard: int, text: str
    ) -> None:
        # Java raises the soft one itself.
        monkeypatch.setattr("resource.getrlimit", lambda _: (256, hard))
        finding = find("open files")
        assert (finding.ok, finding.text) == (hard != 256, text)


class TestTemporaryFolder:
    def test_can_run_what_is_in_it(self, find: Find) -> None:
        finding = find("temporary folder")
        assert (finding.ok, finding.text) == (True, tempfile.gettempdir())

    def test_is_mounted_noexec(self, tmp_path: Path) -> None:
        mount = 'mount -t tmpfs -o noexec none "$1" || exit 99; shift; exec "$@"'
        check = "from deploy.checks.settings import check_temporary_folder as c; c()"
        command = ["bash", "-c", mount, "bash", str(tmp_path), sys.executable, "-c", check]
        ran = subprocess.run(
            ["unshare", "--mount", *command],
            env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(CHECKOUT)},
            capture_output=True,
            text=True,
        )
        if os.geteuid() or ran.returncode == 99:
            pytest.skip("this user may not mount anything")
        assert ran.stderr.splitlines()[-1] == (
            f"tasks.errors.SetupError: {tmp_path} is mounted noexec, and BigDL's native libraries "
            "are loaded from it: set TMPDIR to a folder on another file system"
        )


class TestStorage:
    @pytest.mark.parametrize("below", ["file", "file/below"])
    def test_graft_home_cannot_be_written(self, find: Find, tmp_path: Path, below: str) -> None:
        (tmp_path / "file").touch()
        finding = find("GRAFT_HOME", GRAFT_HOME=str(tmp_path / below))
        assert not finding.ok
        assert finding.text.startswith(f"cannot write {tmp_path / below} (")
        assert finding.text.endswith("): set GRAFT_HOME to a folder that this user may write")

    def test_too_little_room(
        self, find: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(settings, "_NEEDED_GIB", 1e9)
        finding = find("free disk", GRAFT_HOME=str(tmp_path / "not" / "yet"))
        assert not finding.ok
        assert f"GiB free in {tmp_path}, 1000000000 expected: make room or set" in finding.text

    def test_a_url_is_written_to(
        self, find: Find, viewfs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HADOOP_CONF_DIR", str(viewfs.conf))
        url = f"{viewfs.url}/doctor"
        finding = find("GRAFT_HOME", GRAFT_HOME=url, GRAFT_LOCAL=str(tmp_path / "local"))
        assert finding.text.startswith(f"{url} can be written, and GRAFT_LOCAL, {tmp_path}/local")
        assert finding.ok
        assert not [f for f in (viewfs.store / "doctor").iterdir() if f.suffix != ".crc"]

    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("nosuch://bucket/graft", 'No FileSystem for scheme "nosuch"'),
            ("s3a://bucket/graft", "Class org.apache.hadoop.fs.s3a.S3AFileSystem not found"),
        ],
    )
    def test_a_url_that_spark_cannot_reach(
        self, find: Find, tmp_path: Path, url: str, reason: str
    ) -> None:
        finding = find("GRAFT_HOME", GRAFT_HOME=url, GRAFT_LOCAL=str(tmp_path))
        assert not finding.ok
        assert finding.text.startswith(url)
        assert f"cannot be reached ({reason}" in finding.text.replace("java.lang.", "").replace(
            "ClassNotFoundException: ", ""
        )
        assert finding.text.endswith("in HADOOP_CONF_DIR, see docs/storage.md")
        assert "\n" not in finding.text

    def test_a_password_in_a_url_is_not_shown(self, find: Find) -> None:
        finding = find("GRAFT_HOME", GRAFT_HOME="s3a://key:topsecret@bucket/graft")
        assert not finding.ok
        assert "has a password in it" in finding.text
        assert "topsecret" not in finding.text

    def test_the_local_folder_beside_a_url(self, find: Find, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("")
        local = str(tmp_path / "file" / "below")
        finding = find("GRAFT_HOME", GRAFT_HOME="s3a://bucket/graft", GRAFT_LOCAL=local)
        assert finding.text.endswith("set GRAFT_LOCAL to a folder that this user may write")

    def test_leaves_nothing_behind(self, find: Find, tmp_path: Path) -> None:
        assert find("GRAFT_HOME").ok
        assert list((tmp_path / "home").iterdir()) == []


class TestSchedule:
    def test_by_the_asset_alone(self, find: Find) -> None:
        assert find("schedule", GRAFT_SCHEDULE="none").text == "by the data set's asset alone"

    @pytest.mark.parametrize(
        ("name", "value", "problem"),
        [
            ("GRAFT_SCHEDULE", "soon", "GRAFT_SCHEDULE is 'soon', expected a cron expression"),
            ("GRAFT_PARAMS", '{"epochs": 0}', "GRAFT_PARAMS: epochs is 0, expected to be"),
        ],
    )
    def test_is_wrong(self, find: Find, name: str, value: str, problem: str) -> None:
        finding = find("schedule", **{name: value})
        assert not finding.ok
        assert finding.text.startswith(problem)


def test_the_library_of_networks(tmp_path: Path) -> None:
    assert settings.check_slim_path({}) == "not set; needed for networks slim:NAME only"
    found = settings.check_slim_path({"SLIM_PATH": str(write_library(tmp_path))})
    assert found == f"{tmp_path}, 9 networks"
    with pytest.raises(SetupError, match=r"^SLIM_PATH is '/nowhere', and there is no such folder$"):
        settings.check_slim_path({"SLIM_PATH": "/nowhere"})
