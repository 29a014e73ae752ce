from collections.abc import Callable
from typing import Any

import pytest

from tasks.errors import ParamsError
from tasks.params.base import Params
from tasks.params.parser import parse


@pytest.fixture
def refusal() -> Callable[..., str]:
    """Give a group of params a bad value and return what the error says."""

    def refusal(model: type[Params], name: str, value: Any) -> str:
        with pytest.raises(ParamsError) as caught:
            parse(model, {name: value})
        assert "\n" not in str(caught.value)
        return str(caught.value)

    return refusal
