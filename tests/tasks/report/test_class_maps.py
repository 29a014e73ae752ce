import json
from dataclasses import asdict

import pytest

from tasks.report.class_maps import Maps, PictureMaps, Request
from tasks.runs.typed_json import from_json
from tasks.serving.region import Region


def test_records_are_the_same_after_json() -> None:
    request = Request("/m/1", ("/a", "/b"), ((0, 1), (2, 0)), "k")
    assert from_json(Request, json.loads(json.dumps(asdict(request)))) == request
    some = PictureMaps((((0.5, 1.0), (2.0, -3.0)),), Region(0.1, 0.0, 0.8, 1.0))
    maps = Maps((None, some), "k")
    assert from_json(Maps, json.loads(json.dumps(asdict(maps)))) == maps


def test_maps_without_a_region_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^pictures\.0\.region: Field required"):
        from_json(Maps, {"pictures": [{"maps": []}]})
