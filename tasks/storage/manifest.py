"""Manifest of an artefact: its recipe, and size and SHA-256 of each of its files."""

import errno
import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from tasks.storage.files import LOCAL, Files
from tasks.storage.local_files import parse_json
from tasks.storage.locations import Location

MANIFEST = "artifact.json"
_MIB = 2**20
# An artefact of five million files has as much.
_MOST_BYTES = 1024 * _MIB
_HEX_DIGITS = 64


DIGEST_LENGTH = 16
#: A digest of a recipe: the name of an artefact's folder.
DIGEST = re.compile(f"[0-9a-f]{{{DIGEST_LENGTH}}}")


@dataclass(frozen=True)
class Manifest:
    """An artefact's description of itself.

    Attributes:
        recipe: everything that the artefact was made from, as JSON types.
        files: sizes in bytes by path in the artefact's folder.
        sha256: digests of their contents, 64 hexadecimal digits each, by the same paths; empty in
            an artefact of a version that recorded none.
        made_at: time at which it was finished, ISO 8601 with an offset.
        seconds: time that it took.
    """

    recipe: Mapping[str, Any]
    files: Mapping[str, int]
    sha256: Mapping[str, str]
    seconds: float
    made_at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def as_json(self) -> str:
        """Return the content of ``artifact.json``."""
        return json.dumps({**asdict(self), "seconds": round(self.seconds, 3)}, indent=2) + "\n"


def digest_of(recipe: Mapping[str, Any]) -> str:
    """Return the digest of a recipe: SHA-256 of its canonical JSON, the first 16 digits."""
    canonical = json.dumps(recipe, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:DIGEST_LENGTH]


def parse_manifest(content: bytes) -> Manifest:
    """Return the manifest that ``as_json`` wrote, of this version or an older one.

    Raises:
        ValueError: it is damaged.
    """
    fields = parse_json(content)
    try:
        found = Manifest(
            recipe=dict(fields["recipe"]),
            files={str(name): int(size) for name, size in fields["files"].items()},
            sha256={str(name): str(value) for name, value in fields.get("sha256", {}).items()},
            made_at=datetime.fromisoformat(fields["made_at"]).isoformat(),
            seconds=float(fields["seconds"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"a field is missing or of another type: {error}") from None
    for name in found.files:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ValueError(f"the file {name!r} lies outside the artefact")
    if found.sha256 and set(found.sha256) != set(found.files):
        raise ValueError("sizes and digests are of different files")
    if any(len(digest) != _HEX_DIGITS for digest in found.sha256.values()):
        raise ValueError(f"a digest has not {_HEX_DIGITS} digits")
    return found


def read_manifest(path: Location, files: Files = LOCAL) -> Manifest:
    """Return the manifest of the artefact in the folder ``path``.

    Args:
        path: the folder.
        files: where it lies.

    Raises:
        FileNotFoundError: there is none.
        ValueError: it is damaged.
    """
    size = files.size(path / MANIFEST)
    if size is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path / MANIFEST))
    if size > _MOST_BYTES:
        raise ValueError(f"it has {size / _MIB:,.0f} MiB, expected {_MOST_BYTES // _MIB} at most")
    return parse_manifest(files.read(path / MANIFEST))
