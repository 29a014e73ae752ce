"""The step ``download_dataset``: a file, a folder, or a list and the pictures that it names."""

from pathlib import Path
from urllib.parse import urlsplit

from tasks.datasets.folder_tree import ListedFolder
from tasks.datasets.list_layout import check_inside, parse_list
from tasks.datasets.recognise import is_list_name
from tasks.datasets.source_list import read_lines
from tasks.datasets.tree import Tree
from tasks.download.credentials import NO_CREDENTIALS, Credentials
from tasks.download.download import download, downloaded_file
from tasks.download.folder import download_folder, is_folder
from tasks.download.listing import read_listing
from tasks.errors import DataError
from tasks.storage.artifact import LocalArtifact
from tasks.storage.locations import local_path
from tasks.storage.manifest import read_manifest


def fetch_source(
    place: str,
    downloads: Path,
    sha256: str | None = None,
    *,
    credentials: Credentials = NO_CREDENTIALS,
    max_bytes: int | None = None,
) -> LocalArtifact:
    """Return the artefact of a source of pictures.

    A folder of this machine is listed and stays where it is; all else is copied here. With a list
    come the pictures that it names, relative to itself.

    Args:
        place: a URL that is http(s), file or any that fsspec knows, or a path of this machine.
        downloads: the folder of all downloads.
        sha256: what the file or the list must have, or the folder as ``download_folder`` says.
        credentials: for the source.
        max_bytes: the most bytes to download, as for ``download``.

    Raises:
        ParamsError: the URL is malformed, or its scheme is not known.
        DataError: there is nothing, it has another digest, or a list is not as expected.
        NetworkError: the source did not answer, or broke off, in all attempts.
        StorageError: ``downloads`` cannot be written, or the disk is full.
    """
    url = as_url(place)
    if is_folder(url, credentials):
        return download_folder(url, downloads, sha256, credentials=credentials, max_bytes=max_bytes)
    artifact = download(url, downloads, sha256, credentials=credentials, max_bytes=max_bytes)
    file = downloaded_file(artifact.path)
    if not is_list_name(urlsplit(url).path):
        return artifact
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    return download_folder(
        parts._replace(path=f"{folder}/").geturl(),
        downloads,
        names=[name, *_named(file)],
        version=str(read_manifest(artifact.path).recipe["sha256"]),
        credentials=credentials,
        max_bytes=max_bytes,
    )


def require_outside(place: str, home: Path) -> None:
    """Raise a ``DataError`` if a place is a folder among Graft's own files, or one around them.

    Args:
        place: as for ``fetch_source``.
        home: the folder of all artefacts.
    """
    url = as_url(place)
    if urlsplit(url).scheme != "file":
        return
    folder, own = local_path(url).resolve(), home.resolve()
    if folder.is_dir() and (own.is_relative_to(folder) or folder.is_relative_to(own)):
        around = own.is_relative_to(folder)
        words = "has Graft's own files in it" if around else "lies among Graft's own files"
        raise DataError(
            f"{str(folder)!r} {words}: GRAFT_HOME is {str(own)!r}; expected a folder of pictures "
            "alone, or GRAFT_HOME elsewhere"
        )


def source_of(artifact: Path) -> Path | Tree:
    """Return what ``fetch_source`` left in an artefact: a file, or the files of a folder.

    Raises:
        DataError: it left nothing there.
    """
    listing = read_listing(artifact)
    return ListedFolder(artifact, listing) if listing else downloaded_file(artifact)


def as_url(place: str) -> str:
    """Return the URL of a place.

    >>> as_url("/home/me/my pictures")
    'file:///home/me/my%20pictures'
    """
    is_path = place.startswith(("/", "~"))
    return Path(place).expanduser().absolute().as_uri() if is_path else place


def _named(file: Path) -> list[str]:
    names = []
    for row in parse_list(read_lines(file), file.name):
        check_inside(row, file.name)
        names.append(row.path)
    return names
