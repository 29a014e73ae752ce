import pytest

from tasks.errors import DataError, GraftError
from tasks.features.extraction import _raise_first


def test_an_error_of_ours_comes_before_the_cancelling_that_followed() -> None:
    with pytest.raises(GraftError, match="a bad record"):
        _raise_first([RuntimeError("cancelled"), None, DataError("a bad record")])
    _raise_first([None, None])
