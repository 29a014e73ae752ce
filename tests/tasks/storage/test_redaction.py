"""Secrets in URLs and in texts that quote them."""

from urllib.parse import quote

import pytest
import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tasks.storage.redaction import redact, redact_text, secrets_of

# All that is not secret in the URLs below is in small letters, so a capital is a leak.
SECRET = st.text(
    st.sampled_from("ABCDEFGHXYZ:/?#@[]%&=+;\\ '\"<>\n\x1b\u202e\u00c9"), min_size=4, max_size=20
).filter(lambda text: any(c.isalpha() for c in text))
SPELLING = st.sampled_from(
    [str, lambda text: quote(text, safe=""), lambda text: quote(quote(text, safe=""), safe="")]
)
#: Places of a secret in a URL.
PLACES = (
    "https://me:{}@example.org/a.tar",
    "s3://key:{}@bucket/a.tar",
    "https://me:{}@[::1]:443/a.tar",
    "https://me:{}@example.org/a@b.tar?x=y@z",
    "https://example.org/a.tar?token={}",
    "https://example.org/a.tar?x=y&{}",
    "https://example.org/a.tar#{}",
    "https://example.org/a.tar;{}",
    "https://example.org/a.tar%3ftoken%3d{}",
    "https://example.org/a.tar%253Ftoken%253D{}",
    "me:{}@example.org/a.tar",
    "https:me:{}@example.org/a.tar",
    "https:/me:{}@example.org/a.tar",
    "https:///me:{}@example.org/a.tar",
    "https:\\\\me:{}@example.org/a.tar",
    "simplecache::s3://key:{}@bucket/a.tar",
    "https://me%3a{}%40example.org/a.tar",
)
#: Of a secret that is only a part of what a text would quote.
SPLIT_PLACES = ("me:{}://example.org/a.tar", "https://me:12{}@example.org/a.tar")


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("http://u:p@h:1/a?k=v#f", "http://***@h:1/a?***"),
        ("http://u:p@[::1/a", "http://***@[::1/a"),
        ("https://cdn.example.org/flowers@1.2/a.tar", "https://cdn.example.org/flowers@1.2/a.tar"),
        # "h" may be the beginning of a password with a slash in it.
        ("http://h/a@b", "http://***"),
        ("file:///home/me@work/a.tar", "file:///home/me@work/a.tar"),
        ("https://me:pass/word@host/a", "https://***"),
        ("https://tok/en+==@host/a", "https://***"),
        ("https://host/token=abc/a.tar", "https://host/token=***/a.tar"),
        ("https://host/a.tar%3Ftoken=t", "https://host/a.tar?***"),
        ("https://host/a\x1b[2J", r"https://host/a\x1b[2J"),
        ("a.tar", "a.tar"),
        ("/home/me@work/a=b;c.tar", "/home/me@work/a=b;c.tar"),
        ("file:///home/me/a%20b#1.tar", "file:///home/me/a%20b#1.tar"),
        ("me:secret@host", "***"),
    ],
)
def test_redact(url: str, safe: str) -> None:
    assert redact(url) == safe


@settings(deadline=None)
@given(st.sampled_from([*PLACES, *SPLIT_PLACES]), SECRET, SPELLING)
@example("https://me:12{}@example.org/a.tar", "/A?B", str)
def test_no_part_of_a_secret_survives(place: str, secret: str, spelling: object) -> None:
    assert callable(spelling)
    url = place.format(spelling(secret))
    assert not [c for c in redact(url) if c.isalpha() and c.isupper()]


@settings(deadline=None)
@given(st.sampled_from(PLACES), SECRET)
@example("https://example.org/a.tar?token={}", "A B'C\"D")
def test_no_secret_survives_in_a_text_that_quotes_it(place: str, secret: str) -> None:
    url = place.format(secret)
    for text in (
        f"cannot open {url}",
        f"cannot open {url!r} (wrong)",
        f"{secret} is wrong",
        f"denied to {quote(secret, safe='')}",
        f"denied to {quote(secret)} of {requests.utils.requote_uri(url)}",
    ):
        assert secret not in redact_text(text, secrets_of(url))
        assert quote(secret, safe="") not in redact_text(text, secrets_of(url))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("no such file", "no such file"),
        (
            "Max retries exceeded with url: /a.tar?X-Amz-Signature=abc (Caused by x)",
            "Max retries exceeded with url: /a.tar?*** (Caused by x)",
        ),
        ("redirected to https://u:p@h/b?c=d", "redirected to https://***@h/b?***"),
        ("a 404: not found; try again", "a 404: not found; try again"),
    ],
)
def test_urls_in_texts_are_redacted(text: str, safe: str) -> None:
    assert redact_text(text) == safe
