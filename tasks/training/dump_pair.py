"""The two dumps of a job: read, and checked to go together."""

from tasks.datasets.pair import Pair
from tasks.dumps.description import Dump, read_dump
from tasks.errors import DataError
from tasks.storage.files import Files
from tasks.storage.locations import Location


def read_dumps(folders: Pair[Location], files: Files) -> Pair[Dump]:
    """Return the descriptions of the two dumps of a job.

    Args:
        folders: of the dumps.
        files: reads them.

    Raises:
        DataError: a folder is not a dump, a shard is missing, or the two do not go together.
    """
    dumps = folders.map(lambda folder: read_dump(folder, files))
    require_pair(dumps)
    return dumps


def require_pair(dumps: Pair[Dump]) -> None:
    """Raise a ``DataError`` unless a head trained on one dump can be measured on the other."""
    for split, dump in dumps.items():
        if dump.split != split:
            raise DataError(f"{dump.path} is a dump of the {dump.split} split, expected {split}")
    train, validation = dumps
    for name in ("class_names", "network", "feature_size"):
        ours, theirs = getattr(train, name), getattr(validation, name)
        if ours != theirs:
            raise DataError(
                f"the dumps do not go together: {name} is {ours} in {train.path} and {theirs} in "
                f"{validation.path}"
            )
    if train.digests["weights"] != validation.digests["weights"]:
        raise DataError(
            f"the dumps do not go together: {train.path} and {validation.path} were made from "
            "different checkpoints"
        )
