"""Base of all groups of params, and the kinds of text that several of them check."""

import hashlib
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from tasks.networks.recipe import PREPROCESSINGS

SHA256 = r"^[0-9a-f]{64}$"
URL = r"^[a-zA-Z][a-zA-Z0-9+.-]*://\S+$"
CONNECTION = r"^[A-Za-z0-9_.-]{1,250}$"
PLACE = rf"{URL}|^~?/[^/\s].*$"
MODEL_NAME = r"^[a-z0-9][a-z0-9_-]{0,99}$"
MEMORY = r"^[1-9][0-9]*[mg]$"
PREPROCESSING = rf"^({'|'.join(PREPROCESSINGS)})$"
#: The words for each pattern; an error says them after "expected".
EXPECTED = {
    SHA256: "64 digits of 0 to 9 and a to f",
    URL: "a URL such as https://host/name or file:///folder/name",
    CONNECTION: "the name of an Airflow connection: letters, digits, '_', '.' and '-'",
    PLACE: "a URL such as https://host/name, or a path such as /home/me/pictures",
    MODEL_NAME: "lower-case letters, digits, - and _, such as flowers",
    MEMORY: "a size such as 4g or 512m",
    PREPROCESSING: f"one of {', '.join(PREPROCESSINGS)}",
}


class Params(BaseModel):
    """Group of params: unknown names, infinite numbers and later changes are refused.

    A group that is a section of the trigger form carries the section's title.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def sha256_field(title: str) -> Any:
    """Return the field for the SHA-256 of an archive."""
    return Field(
        None,
        pattern=SHA256,
        title=title,
        description=(
            "Optional: what the archive's SHA-256 must be, in 64 small hexadecimal digits; "
            "sha256sum prints them."
        ),
        examples=[hashlib.sha256(b"").hexdigest()],
    )


def connection_field(title: str, source: str) -> Any:
    """Return the field for the Airflow connection with the credentials of a source.

    Args:
        title: the field's.
        source: name of the source in the description.
    """
    return Field(
        None,
        pattern=CONNECTION,
        title=title,
        description=(
            f"Optional: the Airflow connection with login, password and extra for {source}, so "
            "that no secret stands in the URL. Its host must be the URL's."
        ),
        examples=["my_store"],
    )
