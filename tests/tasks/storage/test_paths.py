import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.storage.locations import RemotePath
from tasks.storage.paths import CHECKOUT, Home, run_folder_name, safe_name


def test_home_is_what_the_environment_says(tmp_path: Path) -> None:
    assert Home.from_environ({"GRAFT_HOME": str(tmp_path)}).root == tmp_path


@pytest.mark.parametrize("environ", [{}, {"GRAFT_HOME": ""}])
def test_home_is_in_the_checkout_by_default(environ: dict[str, str]) -> None:
    assert Home.from_environ(environ).root == CHECKOUT / "work"
    assert (CHECKOUT / "tasks" / "storage" / "paths.py").is_file()


def test_home_reads_the_process_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAFT_HOME", str(tmp_path))
    assert Home.from_environ().root == tmp_path


def test_home_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Home.from_environ({"GRAFT_HOME": "a/../b"}).root == tmp_path / "b"
    assert Home.from_environ({"GRAFT_HOME": "~/b"}).root == tmp_path / "b"


def test_a_url_is_shared_and_the_rest_is_local(tmp_path: Path) -> None:
    home = Home.from_environ({"GRAFT_HOME": "s3a://b/graft/", "GRAFT_LOCAL": str(tmp_path)})
    assert home == Home(tmp_path, RemotePath("s3a://b/graft"))
    assert Home.from_environ(home.environ()) == home
    assert str(home.shared(home.features)) == "s3a://b/graft/features"
    assert home.models == tmp_path / "models"


def test_a_local_home_shares_its_own_folders(tmp_path: Path) -> None:
    home = Home.from_environ({"GRAFT_HOME": tmp_path.as_uri(), "GRAFT_LOCAL": "/elsewhere"})
    assert home.root == tmp_path
    assert home.shared(home.features) == home.features
    assert Home.from_environ(home.environ()) == home


def test_beside_a_url_the_local_folder_is_in_the_checkout_by_default() -> None:
    assert Home.from_environ({"GRAFT_HOME": "hdfs://h/graft"}).root == CHECKOUT / "work"


def test_every_kind_has_a_folder_of_its_own_below_the_root(tmp_path: Path) -> None:
    home = Home(tmp_path)
    names = [name for name, member in vars(Home).items() if isinstance(member, property)]
    folders = [getattr(home, name) for name in names]
    assert {"downloads", "datasets", "checkpoints", "dumps", "features", "models"} <= set(names)
    assert len(set(folders)) == len(names)
    assert {folder.parent for folder in folders} == {tmp_path}


@pytest.mark.parametrize(
    "run_id", ["manual__2026-01-02T03:04:05+00:00", "../../etc", "a/b", "", ".", "..", "x" * 999]
)
def test_run_is_a_child_of_runs_whatever_its_name(tmp_path: Path, run_id: str) -> None:
    home = Home(tmp_path)
    assert home.run(run_id).resolve().parent == home.runs
    home.run(run_id).mkdir(parents=True)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("flowers.tar.gz", "flowers.tar.gz"),
        ("manual__2026-01-02T03:04:05+00:00", "manual__2026-01-02T03_04_05_00_00"),
        ("../..", "run"),
        ("", "run"),
        (".hidden", "hidden"),
        ("a\0b\nc", "a_b_c"),
        ("x" * 999, "x" * 200),
    ],
)
def test_safe_name(name: str, safe: str) -> None:
    assert safe_name(name) == safe


#: Ids of which a lossy name would make one folder.
ALIKE = [
    "a_b",
    "a:b",
    "a/b",
    "a b",
    "a__b",
    "_a_b",
    "a_b_",
    ".a_b",
    "a_b.",
    "",
    "run",
    "../run",
    "..",
]


def test_runs_whose_ids_differ_have_folders_that_differ(tmp_path: Path) -> None:
    home = Home(tmp_path)
    long = ["x" * 999 + end for end in "ab"]
    unusual = ["ünï", "\ud800", "\udfff", "a\nb", "A_B"]
    ids = [*ALIKE, *long, *unusual]
    # The name of a folder may be the id of another run.
    ids += [home.run(run_id).name for run_id in ids]
    folders = {run_id: home.run(run_id) for run_id in ids}
    assert len(set(folders.values())) == len(set(ids))
    for folder in folders.values():
        assert folder.parent == home.runs
        assert len(folder.name.encode()) <= 255 - len(".report.html.01234567")
        folder.mkdir(parents=True)


@given(st.text(), st.text())
def test_any_two_ids_differ(one: str, other: str) -> None:
    assert (run_folder_name(one) == run_folder_name(other)) == (one == other)


def write_metrics(folder: Path, run_id: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "metrics.json").write_text(json.dumps({"run_id": run_id}))
    return folder


class TestRunsOfOlderVersions:
    ID = "manual__2026-01-02T03:04:05+00:00"

    def test_their_folder_is_found(self, tmp_path: Path) -> None:
        older = write_metrics(tmp_path / "runs" / "manual__2026-01-02T03_04_05_00_00", self.ID)
        assert Home(tmp_path).run(self.ID) == older
        assert Home(tmp_path).report(self.ID).parent == older

    def test_another_run_has_no_part_in_it(self, tmp_path: Path) -> None:
        write_metrics(tmp_path / "runs" / "a_b", "a:b")
        assert Home(tmp_path).run("a:b").name == "a_b"
        assert Home(tmp_path).run("a b").name == run_folder_name("a b")

    @pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"run_id": 5}', "\xff"])
    def test_a_folder_that_does_not_say_whose_it_is_stays_alone(
        self, tmp_path: Path, content: str
    ) -> None:
        folder = write_metrics(tmp_path / "runs" / "a_b", "a:b")
        (folder / "metrics.json").write_text(content, encoding="latin-1")
        assert Home(tmp_path).run("a:b").name == run_folder_name("a:b")

    def test_the_new_folder_comes_first(self, tmp_path: Path) -> None:
        write_metrics(tmp_path / "runs" / "a_b", "a:b")
        new = write_metrics(tmp_path / "runs" / run_folder_name("a:b"), "a:b")
        assert Home(tmp_path).run("a:b") == new


def test_a_run_is_found_by_its_id_and_by_the_name_of_its_folder(tmp_path: Path) -> None:
    home = Home(tmp_path)
    folder = write_metrics(home.run("a:b"), "a:b")
    assert home.find_run("a:b") == home.find_run(folder.name) == folder
    for outside in ("../runs", "..", ".", "", "a/b"):
        assert home.find_run(outside).parent == home.runs
        assert not home.find_run(outside).exists()
