"""Progress lines."""

import logging
import re

import pytest

from tasks.datasets import progress
from tasks.datasets.progress import PictureProgress


def test_lines(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(progress, "_PROGRESS_SECONDS", 0)
    told = PictureProgress("read", 2000)
    told.add(1500)
    told.finish()
    first, last = caplog.messages
    assert re.fullmatch(r"read: 1,500 of 2,000 pictures, [\d,]+/s, \d+ s left", first)
    assert re.fullmatch(r"read: 1,500 pictures, [\d,]+/s, in \d+\.\d s", last)


def test_without_a_total(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(progress, "_PROGRESS_SECONDS", 0)
    PictureProgress("read", None).add(16)
    assert re.fullmatch(r"read: 16 pictures, [\d,]+/s", caplog.messages[0])
