"""The conversion on one machine: what ``extract_dataset`` makes, in a folder of its own."""

import json
import shutil
from pathlib import Path
from typing import Any

from tasks.conversion.arguments import Conversion
from tasks.datasets.convert import CONTENT
from tasks.datasets.dataset import DESCRIPTION, SKIPPED
from tasks.datasets.extract import extract_dataset
from tasks.datasets.fetch import fetch_source, source_of
from tasks.errors import ParamsError
from tasks.storage.local_files import storage_errors, write_json
from tasks.storage.locations import RemotePath, location


def convert_here(wanted: Conversion, downloads: Path) -> dict[str, Any]:
    """Make a data set on this machine and return its description.

    Args:
        wanted: from where, to where and how.
        downloads: the folder of all downloads, where what is not on this machine is copied to.

    Raises:
        DataError: the source or something in it is not as expected.
        ParamsError: there is something at the destination already, or it is not on this machine.
        StorageError: the destination cannot be written, or the disk is full.
    """
    target = _target(wanted.destination)
    source = fetch_source(wanted.source, downloads)
    work = target.with_name(f".{target.name}.graft")
    with storage_errors(target):
        # What a killed call left.
        shutil.rmtree(work, ignore_errors=True)
        try:
            made = extract_dataset(
                source_of(source.path), source.digest, work / "datasets", wanted.options
            )
            description = _flatten(made.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                target.rmdir()
            (made.path / CONTENT).rename(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return description


def _target(destination: str) -> Path:
    target = location(destination)
    if isinstance(target, RemotePath):
        raise ParamsError(f"{target} is not on this machine: give --spark, which writes there")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ParamsError(
            f"{target} is there already and not empty: name another folder, or delete it"
        )
    return target


def _flatten(artifact: Path) -> dict[str, Any]:
    """Put the description beside the shards, and return it."""
    content = artifact / CONTENT
    text = (artifact / DESCRIPTION).read_text(encoding="utf-8")
    description: dict[str, Any] = json.loads(text)
    for split in description["splits"].values():
        for shard in split["shards"]:
            shard["file"] = shard["file"].removeprefix(f"{CONTENT}/")
    write_json(content / DESCRIPTION, description)
    if (artifact / SKIPPED).exists():
        (artifact / SKIPPED).rename(content / SKIPPED)
    return description
