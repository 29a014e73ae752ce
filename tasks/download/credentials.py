"""Credentials for a source; they are kept out of URLs, messages and records."""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tasks.storage.redaction import spellings


@dataclass(frozen=True, repr=False)
class Credentials:
    """Answers to what a source asks for; their ``repr`` shows none of them.

    Attributes:
        login: user name for http(s).
        password: for http(s).
        headers: of every request, by name, in printable ASCII.
        storage_options: arguments of fsspec's file system, for every other scheme.
    """

    login: str = ""
    password: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    storage_options: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "Credentials(***)"

    @property
    def http_headers(self) -> dict[str, str]:
        """All headers that a request needs, with those of HTTP's basic authentication."""
        if not (self.login or self.password):
            return dict(self.headers)
        pair = b64encode(f"{self.login}:{self.password}".encode()).decode()
        return {"Authorization": f"Basic {pair}", **self.headers}

    @property
    def secrets(self) -> frozenset[str]:
        """Texts that no message may have."""
        texts = [self.login, self.password, *self.http_headers.values()]
        return spellings([*texts, *_texts(self.storage_options)])


#: For sources that ask for nothing.
NO_CREDENTIALS = Credentials()


def _texts(value: object) -> Iterator[str]:
    """Yield every text in JSON types."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
