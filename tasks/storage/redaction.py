"""Removal of secrets from URLs, and from texts that quote URLs."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from urllib.parse import quote, unquote, unquote_plus

from tasks.storage.shown import shown

HIDDEN = "***"
# Shorter parts cannot be told from ordinary text.
_MIN_SECRET = 3

_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*")
_HOST = re.compile(r"(?:[^:%\[\]\\;&=@]*|\[[0-9a-fA-F:.]*\]?)(?::[0-9]*)?")
# A name with a dot cannot be the first half of a password with a slash.
_DOTTED_HOST = re.compile(r"localhost|[a-zA-Z0-9_-]+(?:\.[a-zA-Z0-9_-]+)+")
_AT = re.compile(r"@|%(?:25)*40")
_QUERY = re.compile(r"([?#;&])|%(?:25)*(?:3f|23|3b|26)", re.IGNORECASE)
_DELIMITER = re.compile(r"[:/?#&;=@]")
_MOST_PARTS = 20
_NAMED = re.compile(
    r"((?:token|key|secret|sig|signature|passwo?r?d|passphrase|pwd|auth|authorization|credentials?)"
    r"(?:[=:]|%(?:25)*3[da]))[^/]*",
    re.IGNORECASE,
)
_URL_IN_TEXT = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:[/\\][^\s'\"<>]*")
_QUERY_IN_TEXT = re.compile(r"([?&#;])[^\s'\"<>=]*=[^\s'\"<>]*")


def redact(url: str) -> str:
    """Return ``url`` without the parts that may be secret, escaped.

    User and password, everything after the path, and values such as ``/token=...`` in the path are
    hidden. Where it is not certain that a part is the host, as in ``https://me:pass/word@host/``,
    all after the scheme is hidden. Paths and file URLs have no secrets.

    >>> redact("https://me:secret@example.org/flowers.tar.gz?token=1")
    'https://***@example.org/flowers.tar.gz?***'
    """
    scheme, mark, rest = url.partition("://")
    if url.startswith(("/", "~", "file:///")):
        return shown(url)
    if not mark:
        return HIDDEN if re.search(r"[@:?#;&=%]", url) else shown(url)
    if not _SCHEME.fullmatch(scheme):
        return HIDDEN
    authority = re.split(r"[/?#\\]", rest, maxsplit=1)[0]
    after = rest[len(authority) :]
    user, _, host = authority.rpartition("@")
    if not _HOST.fullmatch(host) or not _is_certain(authority, after):
        return f"{scheme}://{HIDDEN}"
    found = _QUERY.search(after)
    path = _NAMED.sub(rf"\1{HIDDEN}", after[: found.start()] if found else after)
    query = f"{found[1] or '?'}{HIDDEN}" if found else ""
    return shown(
        f"{scheme}://{f'{HIDDEN}@' if user or '@' in authority else ''}{host}{path}{query}"
    )


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """Return ``text`` without ``secrets``, and with every URL in it redacted.

    Args:
        text: what a library or a server said; it may quote URLs.
        secrets: of ``secrets_of``, hidden wherever they stand.
    """
    known = sorted(filter(None, secrets), key=len, reverse=True)
    if known:
        text = re.sub("|".join(map(re.escape, known)), HIDDEN, text, flags=re.IGNORECASE)
    text = _URL_IN_TEXT.sub(lambda found: redact(found[0]), text)
    return _QUERY_IN_TEXT.sub(rf"\1{HIDDEN}", text)


def secrets_of(url: str) -> frozenset[str]:
    """Return the parts of a URL that may be secret, in every spelling that a message may have."""
    rest = url.partition("://")[2] or url
    # The delimiters may be percent-encoded as well, even twice.
    texts = {rest, unquote(rest), unquote(unquote(rest))}
    return spellings(part for text in texts for region in _regions(text) for part in _parts(region))


def _regions(rest: str) -> Iterator[str]:
    """Yield what stands before every @ of a URL, and what stands behind its path."""
    for found in islice(re.finditer("@", rest), _MOST_PARTS):
        yield rest[: found.start()]
    if query := _QUERY.search(rest):
        yield rest[query.end() :]


def _parts(region: str) -> Iterator[str]:
    """Yield a part of a URL, what stands between its delimiters, and what stands behind them."""
    yield region
    yield from _DELIMITER.split(region)
    for found in islice(_DELIMITER.finditer(region), _MOST_PARTS):
        yield region[found.end() :]


def spellings(secrets: Iterable[str]) -> frozenset[str]:
    """Return secrets as they may be quoted: as they are, percent-encoded, decoded, escaped."""
    return frozenset(
        spelling
        for secret in secrets
        for spelling in _spellings(secret)
        if len(spelling) >= _MIN_SECRET and spelling != HIDDEN
    )


def _spellings(secret: str) -> Iterator[str]:
    for text in {secret, unquote(secret), unquote_plus(secret)}:
        yield from (text, quote(text, safe=""), quote(text), repr(text)[1:-1])


def _is_certain(authority: str, after: str) -> bool:
    """Say whether no part of a password can stand behind the authority."""
    if not _AT.search(after):
        return True
    return bool(_DOTTED_HOST.fullmatch(authority))
