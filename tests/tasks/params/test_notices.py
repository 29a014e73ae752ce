import pytest

from tasks.errors import ParamsError
from tasks.params.notices import (
    EVENTS,
    NOTIFY,
    NOTIFY_CONN_ID,
    NOTIFY_FROM,
    NOTIFY_ON,
    Notices,
    notices,
)


def test_nobody_is_told_by_default() -> None:
    assert notices({}) is None
    assert notices({NOTIFY: " ,", NOTIFY_ON: "failed"}) is None


def test_all_is_told_to_all_or_what_is_chosen() -> None:
    addresses = ("ann@example.org", "bob@example.org")
    given = {NOTIFY: "ann@example.org, bob@example.org"}
    assert notices(given) == Notices(addresses, EVENTS, None, "smtp_default")
    chosen = {NOTIFY_ON: "not promoted,failed", NOTIFY_FROM: "graft@example.org"}
    assert notices({**given, **chosen, NOTIFY_CONN_ID: "mail"}) == Notices(
        addresses, ("not promoted", "failed"), "graft@example.org", "mail"
    )


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({NOTIFY: "ann"}, rf"{NOTIFY} has 'ann', expected addresses such as ann@example"),
        ({NOTIFY: "a@b\nBcc: c@d"}, rf"{NOTIFY} has 'a@b\\nBcc: c@d'"),
        ({NOTIFY: "a@b", NOTIFY_FROM: "me"}, rf"{NOTIFY_FROM} has 'me'"),
        (
            {NOTIFY: "a@b", NOTIFY_ON: "win"},
            rf"{NOTIFY_ON} has 'win', expected some of promoted, not promoted, failed",
        ),
    ],
)
def test_what_is_wrong_is_named(environ: dict[str, str], message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        notices(environ)
