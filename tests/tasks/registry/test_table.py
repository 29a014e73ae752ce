import json
from pathlib import Path

from support.registry import NAME, promoted, registered, rolled_back, write_registry
from support.trained import Model, write_trained
from tasks.evaluation.interval import wilson_interval
from tasks.registry.event import Event
from tasks.registry.score import Score
from tasks.registry.table import version_lines, version_rows
from tasks.storage.paths import Home


def test_an_empty_registry_has_no_rows(tmp_path: Path) -> None:
    assert version_rows(Home(tmp_path), NAME) == []


def test_rows_have_names_decisions_and_files(tmp_path: Path) -> None:
    home = Home(tmp_path)
    digest = write_trained(home, Model("r", [True])).model.digest
    refused = Event(kind="not promoted", number=3, who="a run", why="worse")
    events = [
        registered(1, model=digest, test=Score(3, 4)),
        registered(2, run_id="sch\x1b[2Jeduled"),
        registered(3),
        promoted(1),
        promoted(2),
        rolled_back(2),
        refused,
    ]
    write_registry(home, events)
    rows = version_rows(home, NAME)
    assert [row.version.number for row in rows] == [3, 2, 1]
    assert [row.aliases for row in rows] == [(), (), ("champion",)]
    assert [row.has_files for row in rows] == [False, False, True]
    assert rows[0].status == "files are gone; not promoted by a run: worse"
    assert rows[1].status == "files are gone; rolled back by ann: it is slow"
    assert rows[2].status == "promoted by ann: x"
    lines = list(version_lines(rows))
    assert lines[0].split()[:8] == ["version", "alias", "top-1", "95", "%", "records", "test", "95"]
    assert " ".join(lines[3].split()).startswith(
        "1 champion 0.5743 0.522 to 0.625 350 0.7500 0.301 to 0.954 inception_v1 "
    )
    assert all(line.isprintable() for line in lines)


def test_a_version_that_nobody_decided_on(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_registry(home, [registered(1)])
    assert version_rows(home, NAME)[0].status == "files are gone; registered by a run: trained"


def test_rows_are_json(tmp_path: Path) -> None:
    home = Home(tmp_path)
    write_registry(home, [registered(1), promoted(1)])
    (row,) = json.loads(json.dumps([row.as_json() for row in version_rows(home, NAME)]))
    assert (row["number"], row["aliases"], row["accuracy"]) == (1, ["champion"], 201 / 350)
    assert row["accuracy_interval"] == list(wilson_interval(201 / 350, 350))
    assert [event["kind"] for event in row["events"]] == ["registered", "promoted"]
    assert {"who", "why", "at"} <= set(row["events"][1])
    assert row["validation"] == {"correct": 201, "count": 350}
