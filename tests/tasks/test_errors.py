import pickle

import pytest

from tasks import errors
from tasks.errors import DataError, GraftError, SetupError

KINDS = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)
]


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_one_line_of_visible_text_whatever_it_quotes(kind: type[GraftError]) -> None:
    name = "\x1b[2J\x1b[H\r\nsucceeded in 3 s\u202e\udcff"
    assert str(kind(f"member {name} is odd")) == (
        r"member \x1b[2J\x1b[H\r\nsucceeded in 3 s\u202e\udcff is odd"
    )


def test_a_message_stays_short_and_keeps_its_end() -> None:
    told = str(DataError(f"member {'a' * 10**6} is a device, expected files"))
    assert len(told) == 2000
    assert told.startswith("member aaa")
    assert told.endswith("aaa is a device, expected files")
    assert " ... " in told


def test_details_are_lines_of_their_own() -> None:
    error = SetupError("it ended; the end of its log:", "first\nstill first", "second")
    assert str(error) == "it ended; the end of its log:\nfirst\\nstill first\nsecond"


def test_an_error_without_a_message_and_one_from_another_process() -> None:
    assert str(GraftError()) == ""
    error = pickle.loads(pickle.dumps(DataError("odd\n", "more")))  # noqa: S301 - our own
    assert type(error) is DataError
    assert str(error) == "odd\\n\nmore"
