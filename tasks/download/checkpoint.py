"""Downloads a checkpoint: an archive, a file, or a folder such as TF-Slim's training folder.

Of a folder of this machine only the files of one checkpoint are listed, as ``find_prefix`` chooses
it; a folder that is elsewhere is copied whole.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tasks.download.credentials import NO_CREDENTIALS, Credentials
from tasks.download.download import download, downloaded_file
from tasks.download.folder import download_folder, is_folder
from tasks.download.listing import Listing, read_files, read_listing
from tasks.download.transfer import default_max_bytes
from tasks.errors import DataError
from tasks.networks.checkpoint_files import INDEX, files_of, find_prefix
from tasks.networks.checkpoint_source import CheckpointSource, file_source
from tasks.storage.artifact import LocalArtifact
from tasks.storage.local_files import file_sha256, storage_errors
from tasks.storage.locations import local_path
from tasks.storage.manifest import read_manifest
from tasks.storage.walk import walk


def download_checkpoint(
    url: str,
    downloads: Path,
    sha256: str | None = None,
    *,
    credentials: Credentials = NO_CREDENTIALS,
    max_bytes: int | None = None,
    ema: bool = False,
) -> LocalArtifact:
    """Return the artefact of the files among which a checkpoint is.

    Args:
        url: of an archive, of a file in the V1 format, or of a folder; on this machine also the
            name of a checkpoint in the V2 format, with or without ``.index``.
        downloads: the folder of all downloads.
        sha256: what the file must have, or the folder as ``download_folder`` says.
        credentials: for the source.
        max_bytes: the most bytes to download, as for ``download``.
        ema: whether the moving averages of the variables are meant.

    Raises:
        ParamsError: the URL is malformed, names nothing, or its scheme is not known.
        DataError: there is no such file or no checkpoint, or it has another digest.
        NetworkError: the source did not answer, or broke off, in all attempts.
        StorageError: ``downloads`` cannot be written, or the disk is full.
    """
    found = _on_this_machine(url, ema=ema) if urlsplit(url).scheme == "file" else None
    if found:
        folder, names = found
        _check_size(folder, names, default_max_bytes(downloads) if max_bytes is None else max_bytes)
        return download_folder(folder.as_uri(), downloads, sha256, names=names, max_bytes=max_bytes)
    fetch = download_folder if is_folder(url, credentials) else download
    return fetch(url, downloads, sha256, credentials=credentials, max_bytes=max_bytes)


def checkpoint_source(artifact: Path, url: str) -> CheckpointSource:
    """Return what ``download_checkpoint`` left.

    Args:
        artifact: the folder of the download.
        url: where it came from, for messages.
    """
    sha256 = str(read_manifest(artifact).recipe["sha256"])
    listing = read_listing(artifact)
    if listing is None:
        return file_source(downloaded_file(artifact), sha256)
    found, name = listing, unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2])
    return CheckpointSource(name, sha256, lambda folder: _copy(artifact, found, folder))


def _on_this_machine(url: str, *, ema: bool) -> tuple[Path, list[str]] | None:
    """Return the folder of a checkpoint and the names of its files; None if it is one file."""
    path = local_path(url)
    if path.is_dir():
        names = [name for name, entry in walk(path) if entry.is_file()]
        prefix = find_prefix(path.name, [path / name for name in names], path, ema=ema)
        return path, files_of(prefix, names)
    prefix = path.name.removesuffix(INDEX)
    has_index = path.with_name(f"{prefix}{INDEX}").is_file()
    if not has_index or (path.name == prefix and path.is_file()):
        return None
    return path.parent, files_of(prefix, [each.name for each in path.parent.iterdir()])


def _check_size(folder: Path, names: Iterable[str], most: int) -> None:
    """Raise a ``DataError`` if files that are to be copied are larger than allowed together."""
    size = sum((folder / name).stat().st_size for name in names)
    if size > most:
        raise DataError(
            f"the checkpoint in {str(folder)!r} has {size:,} bytes, expected at most {most:,}: the "
            "param max_download_gib, or half of the free disk"
        )


def _copy(artifact: Path, listing: Listing, folder: Path) -> list[Path]:
    """Copy the files of a listed folder, and check that they are what was listed."""
    files = []
    with storage_errors(folder):
        for file in read_files(artifact):
            source, target = artifact / listing.root / file.path, folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            if file_sha256(target) != file.sha256:
                raise DataError(f"{str(source)!r} was changed while it was read; run again")
            files.append(target)
    return files
