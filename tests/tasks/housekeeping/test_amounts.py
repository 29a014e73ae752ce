from datetime import timedelta

import pytest

from tasks.errors import ParamsError
from tasks.housekeeping.amounts import parse_age, show_age, show_bytes, show_count


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("0d", timedelta(0)),
        ("12h", timedelta(hours=12)),
        ("30d", timedelta(days=30)),
        ("8w", timedelta(weeks=8)),
        ("99999w", timedelta(weeks=99999)),
    ],
)
def test_ages_are_read(text: str, age: timedelta) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize(
    "text", ["", "30", "d", "-1d", "1.5d", "30m", "30 d", "100000d", "\u0661d"]
)
def test_other_ages_are_refused(text: str) -> None:
    with pytest.raises(ParamsError, match=r"^age '.*', expected a number with h, d or w, such as"):
        parse_age(text)


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=-5), "0 minutes"),
        (timedelta(seconds=61), "1 minute"),
        (timedelta(minutes=59), "59 minutes"),
        (timedelta(minutes=119), "119 minutes"),
        (timedelta(hours=2), "2 hours"),
        (timedelta(hours=47), "47 hours"),
        (timedelta(days=2, hours=23), "2 days"),
        (timedelta(days=1234), "1,234 days"),
    ],
)
def test_ages_are_shown(age: timedelta, text: str) -> None:
    assert show_age(age) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (27_000_000, "25.7 MiB"),
        (2**30, "1.0 GiB"),
        (3 * 2**40, "3.0 TiB"),
        (5000 * 2**40, "5,000.0 TiB"),
    ],
)
def test_sizes_are_shown(size: int, text: str) -> None:
    assert show_bytes(size) == text


def test_a_number_has_its_noun() -> None:
    shown = [show_count(number, "item", "items") for number in (0, 1, 2, 12345)]
    assert shown == ["0 items", "1 item", "2 items", "12,345 items"]
