import os

import pytest

from tasks.spark.user import has_name, log_in, user_env, user_options


@pytest.fixture
def nameless(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(number: int) -> None:
        raise KeyError(number)

    monkeypatch.setattr("pwd.getpwuid", nobody)
    monkeypatch.setattr("os.getuid", lambda: 54321)


def test_a_user_with_a_name_needs_nothing() -> None:
    assert has_name()
    assert user_env(os.environ, "/graft") == {}
    assert user_options({"HOME": "/me"}) == {}
    # No use of the JVM at all.
    log_in(None, {})


@pytest.mark.usefixtures("nameless")
def test_a_user_without_a_name_gets_one_and_a_home() -> None:
    user = {"USER": "user54321", "LOGNAME": "user54321", "HOME": "/graft"}
    assert user_env({}, "/graft") == user
    assert user_env({"USER": "me", "HOME": "/me"}, "/graft") == {
        "USER": "me",
        "LOGNAME": "me",
        "HOME": "/me",
    }
    assert user_options(user) == {"user.home": "/graft"}
