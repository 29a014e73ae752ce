"""The choice between ending a step at pictures that cannot be used and leaving them out."""

import json
from pathlib import Path

from tasks.datasets.index import Table
from tasks.datasets.names import counted, shown
from tasks.datasets.options import Options
from tasks.errors import DataError
from tasks.storage.local_files import storage_errors

_SHOWN = 10


def check_bad(index: Table, pictures: int, options: Options) -> str | None:
    """Return a warning if pictures are left out.

    Args:
        index: has a row for each picture that cannot be used.
        pictures: how many there are in all.
        options: what the user chose.

    Raises:
        DataError: some cannot be used and none may be left out, or more than may.
    """
    bad = index.value("SELECT COUNT(*) FROM skipped")
    if not bad:
        return None
    first = [
        f"{shown(name)} {reason}"
        for name, reason in index.rows(
            "SELECT name, reason FROM skipped ORDER BY name LIMIT ?", _SHOWN
        )
    ]
    more = f"; and {bad - len(first):,} more" if bad > len(first) else ""
    told = f"{bad:,} of {counted(pictures, 'picture')} cannot be used: {'; '.join(first)}{more}"
    if options.bad_pictures == "fail":
        raise DataError(f"{told}. Mend them, or leave them out with bad_pictures: skip")
    if bad > options.max_bad * pictures:
        raise DataError(
            f"{told}. That is {bad / pictures:.2%}, more than the {options.max_bad:.2%} that "
            "max_bad lets bad_pictures: skip leave out"
        )
    return f"left out with bad_pictures: skip: {told}"


def write_skipped(index: Table, path: Path) -> None:
    """Write names and reasons of the pictures that are left out, a JSON object a line, if any are.

    Raises:
        StorageError: ``path`` cannot be written, or the disk is full.
    """
    if not index.value("SELECT COUNT(*) FROM skipped"):
        return
    with storage_errors(path), path.open("w", encoding="utf-8") as stream:
        for name, reason in index.rows("SELECT name, reason FROM skipped ORDER BY name"):
            stream.write(json.dumps({"name": name, "reason": reason}) + "\n")
