"""Records of the version that each URL last gave, one JSON file per URL."""

import logging
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tasks.download.transfer import Validators
from tasks.storage.local_files import read_json_file, write_json
from tasks.storage.manifest import digest_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Source:
    """The version of a file that a URL last gave.

    Attributes:
        url: the URL without its secrets.
        etag: as the source sent it.
        last_modified: as the source sent it.
        size: in bytes.
        sha256: hexadecimal digest of the content.
        artifact: digest that names the downloaded artefact.
        downloaded_at: time in UTC, ISO 8601.
    """

    url: str
    etag: str | None
    last_modified: str | None
    size: int
    sha256: str
    artifact: str
    downloaded_at: str

    @property
    def validators(self) -> Validators:
        """The values that ask the source whether this version is still current."""
        return Validators(self.etag, self.last_modified)


def read_source(url: str, downloads: Path) -> Source | None:
    """Return the record of a URL, or None if there is no readable one."""
    return _read(_path(url, downloads))


def forget_validators(artifact: str, downloads: Path) -> None:
    """Make the next download of an artefact's sources unconditional.

    Args:
        artifact: digest that names the downloaded artefact.
        downloads: the folder of all downloads.
    """
    for path in sorted((downloads / "sources").glob("*.json")):
        source = _read(path)
        if source and source.artifact == artifact:
            write_json(path, asdict(replace(source, etag=None, last_modified=None)))


def _read(path: Path) -> Source | None:
    try:
        return Source(**read_json_file(path))
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        logger.warning("%s cannot be read (%s): downloading again", path, error)
        return None


def write_source(source: Source, url: str, downloads: Path) -> None:
    """Write the record of a URL, replacing an older one.

    Args:
        source: the record.
        url: the URL with its secrets; only a digest of it is written.
        downloads: the folder of all downloads.
    """
    write_json(_path(url, downloads), asdict(source))


def _path(url: str, downloads: Path) -> Path:
    return downloads / "sources" / f"{digest_of({'url': url})}.json"
