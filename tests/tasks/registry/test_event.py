import json
from datetime import datetime

from support.registry import promoted, registered
from tasks.registry.event import Event
from tasks.runs.typed_json import from_json


def test_comes_back_from_json() -> None:
    for event in (registered(1), promoted(1, run_id="r", shortfall=0.004)):
        assert from_json(Event, json.loads(json.dumps(event.as_json()))) == event


def test_only_a_registration_describes_the_version() -> None:
    assert "version" in registered(1).as_json()
    assert "version" not in promoted(1).as_json()


def test_has_the_time_of_its_making_with_an_offset() -> None:
    assert datetime.fromisoformat(promoted(1).at).tzinfo is not None
