"""Places that people write as a path, as the ``file://`` URL that every machine understands."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tasks.errors import ParamsError

_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")


def is_place(name: str) -> bool:
    """Return whether a param of this name is a URL or a path."""
    return name.endswith("_url") or name == "exclude"


def with_urls(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return params with the paths among them as URLs.

    Args:
        params: by name, as a person wrote them on this machine.

    Raises:
        ParamsError: there is nothing at a path.
    """
    return {k: path_as_url(k, v) if is_place(k) else v for k, v in params.items()}


def path_as_url(name: str, value: object) -> object:
    """Return a path that a person wrote on this machine as a URL; a URL stays as it is.

    Args:
        name: the param, for the message.
        value: may begin with ``~``, or be relative to the folder that the command was called in.

    Raises:
        ParamsError: there is nothing at the path.
    """
    if not isinstance(value, str) or not value or _URL.match(value):
        return value
    path = os.path.abspath(os.path.expanduser(value))  # noqa: PTH100, PTH111 - pathlib fails at ~x
    if "\0" in path or not _exists(name, path):
        # A malformed URL may hold a password.
        hidden = any(mark in value for mark in "@?")
        found, place = ("no URL", "that path") if hidden else (repr(value), repr(path))
        raise ParamsError(
            f"{name} is {found} and there is nothing at {place}, expected a folder, a file or a "
            "URL such as https://host/name"
        )
    return Path(path).as_uri()


def _exists(name: str, path: str) -> bool:
    # A checkpoint's name is that of its files without their endings.
    names_checkpoint = name == "checkpoint_url" and Path(f"{path}.index").exists()
    return Path(path).exists() or names_checkpoint
