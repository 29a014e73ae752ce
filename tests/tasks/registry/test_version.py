from dataclasses import asdict

from support.registry import version
from tasks.registry.score import Score
from tasks.registry.version import Version
from tasks.runs.typed_json import from_json


def test_comes_back_from_json() -> None:
    made = version(4, export="e", test=Score(3, 5))
    assert from_json(Version, asdict(made)) == made


def test_of_an_older_graft_has_no_export_and_no_test() -> None:
    fields = asdict(version(4))
    del fields["export"], fields["test"]
    assert from_json(Version, fields) == version(4)
