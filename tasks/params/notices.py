"""Settings of the notices: who is told what, and over which connection."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tasks.errors import ParamsError

#: Addresses, separated by commas; nobody is told where it is empty.
NOTIFY = "GRAFT_NOTIFY"
#: Some of ``EVENTS``, separated by commas; all by default.
NOTIFY_ON = "GRAFT_NOTIFY_ON"
#: Address that the mails come from; by default, the connection's.
NOTIFY_FROM = "GRAFT_NOTIFY_FROM"
#: Airflow's connection to the mail server.
NOTIFY_CONN_ID = "GRAFT_NOTIFY_CONN_ID"
EVENTS = ("promoted", "not promoted", "failed")
_ADDRESS = re.compile(r"[^\s@,<>\"]+@[^\s@,<>\"]+")


@dataclass(frozen=True)
class Notices:
    """Addresses and events of the notices.

    Attributes:
        addresses: of the mails.
        events: of ``EVENTS``.
        sender: address that the mails come from; None: as the connection says.
        conn_id: Airflow's connection.
    """

    addresses: tuple[str, ...]
    events: tuple[str, ...]
    sender: str | None
    conn_id: str


def notices(environ: Mapping[str, str] | None = None) -> Notices | None:
    """Return who is told what, None if nobody is.

    Raises:
        ParamsError: an address or an event is not one.
    """
    current = os.environ if environ is None else environ
    addresses = _list(current.get(NOTIFY, ""))
    if not addresses:
        return None
    events = _list(current.get(NOTIFY_ON, "")) or EVENTS
    for event in events:
        if event not in EVENTS:
            raise ParamsError(f"{NOTIFY_ON} has {event!r}, expected some of {', '.join(EVENTS)}")
    sender = current.get(NOTIFY_FROM, "").strip() or None
    for name, given in ((NOTIFY, addresses), (NOTIFY_FROM, (sender,) if sender else ())):
        for address in given:
            if not _ADDRESS.fullmatch(address):
                raise ParamsError(
                    f"{name} has {address!r}, expected addresses such as ann@example.org, "
                    "separated by commas"
                )
    conn_id = current.get(NOTIFY_CONN_ID, "").strip() or "smtp_default"
    return Notices(addresses, events, sender, conn_id)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
