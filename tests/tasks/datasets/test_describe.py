import logging

import pytest

from tasks.datasets.describe import Told


def test_what_is_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    told = Told()
    told.count("copies", 1, "copy", "left out")
    told.count("links", 0, "link", "left out")
    told.warn(None)
    told.warn("odd")
    told.log()
    assert told.counts == {"copies": 1, "links": 0}
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("INFO", "1 copy left out"),
        ("WARNING", "odd"),
    ]
