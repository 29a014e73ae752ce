"""Names of TFRecord files: TF-Slim's, TensorFlow Datasets' and what else people call them.

``flowers_train_00000-of-00005.tfrecord``, ``train-00000-of-01024``, ``train.record``,
``tf_flowers-validation.tfrecord-00000-of-00002`` and ``test/part-0.tfrecord.gz`` all tell their
split.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tasks.datasets.dataset import TEST, TRAIN, VALIDATION
from tasks.datasets.names import natural_order, shown
from tasks.errors import DataError

#: What people call the splits, as a folder and within names.
SPLIT_WORDS = {
    "train": TRAIN,
    "training": TRAIN,
    "validation": VALIDATION,
    "valid": VALIDATION,
    "val": VALIDATION,
    "dev": VALIDATION,
    "test": TEST,
    "testing": TEST,
}

_SUFFIX = re.compile(r"\.(?:tfrecords?|tfrec|records?)(?=$|[-_.])", re.IGNORECASE)
_NUMBER = re.compile(r"(?P<number>[0-9]{1,9})-of-(?P<count>[0-9]{1,9})", re.IGNORECASE)
_SPLIT = re.compile(rf"(?<![a-z])(?:{'|'.join(SPLIT_WORDS)})(?![a-z])", re.IGNORECASE)
_SHOWN = 5


@dataclass(frozen=True)
class ShardName:
    """What a file's name says.

    Attributes:
        path: the file, below the data set's folder.
        split: one of the splits, None where the name does not say.
        number: of the shard, None where it has none.
        count: of all shards, None where the name does not say.
    """

    path: str
    split: str | None
    number: int | None
    count: int | None

    @property
    def pattern(self) -> str:
        """The name of all shards of its set."""
        if self.count is None:
            return "files without a number"
        return self._renamed(r"*-of-\g<count>")

    def numbered(self, number: int) -> str:
        """Return the name of another shard of its set."""
        found = _NUMBER.search(self.path.rpartition("/")[2])
        width = len(found["number"]) if found else 0
        return self._renamed(rf"{number:0{width}d}-of-\g<count>")

    def _renamed(self, numbering: str) -> str:
        folder, slash, name = self.path.rpartition("/")
        return folder + slash + _NUMBER.sub(numbering, name, count=1)


def looks_like_shard(path: str) -> bool:
    """Whether a file is named as TFRecord files are."""
    name = path.rpartition("/")[2]
    return bool(_SUFFIX.search(name) or _NUMBER.search(name))


def parse_shard_name(path: str) -> ShardName:
    """Return what the name of a TFRecord file says, its folder's included.

    >>> parse_shard_name("train-00003-of-01024")
    ShardName(path='train-00003-of-01024', split='train', number=3, count=1024)
    """
    *folders, name = path.split("/")
    words = _SPLIT.findall(_SUFFIX.sub("", name))
    if not words and folders and folders[-1].lower() in SPLIT_WORDS:
        words = [folders[-1]]
    number = _NUMBER.search(name)
    return ShardName(
        path,
        SPLIT_WORDS[words[-1].lower()] if words else None,
        int(number["number"]) if number else None,
        int(number["count"]) if number else None,
    )


def order_shards(paths: Iterable[str]) -> dict[str | None, list[str]]:
    """Return files by split, in the order of their numbers or names.

    Raises:
        DataError: a shard of a set is missing or one too many, a split has shards of two sets, or
            some names tell a split and others do not.
    """
    shards = [parse_shard_name(path) for path in natural_order(paths)]
    unsaid = [shard.path for shard in shards if shard.split is None]
    if unsaid and len(unsaid) < len(shards):
        raise DataError(
            f"{shown(unsaid[0])} does not say its split, and {len(shards) - len(unsaid)} other "
            "TFRecord files do; expected train, validation or test in every name or in none"
        )
    ordered: dict[str | None, list[str]] = {}
    for split in dict.fromkeys(shard.split for shard in shards):
        members = [shard for shard in shards if shard.split == split]
        _check_set(split, members)
        members.sort(key=lambda shard: -1 if shard.number is None else shard.number)
        ordered[split] = [shard.path for shard in members]
    return ordered


def _check_set(split: str | None, shards: Sequence[ShardName]) -> None:
    of = "the data set" if split is None else f"split {split!r}"
    patterns = list(dict.fromkeys(shard.pattern for shard in shards))
    if len(patterns) > 1:
        raise DataError(f"{of} mixes shards of {', '.join(patterns)}; expected those of one set")
    count = shards[0].count
    if count is None:
        return
    numbers = {shard.number for shard in shards if shard.number is not None}
    first = 1 if 0 not in numbers and count in numbers else 0
    inside = {number for number in numbers if first <= number < first + count}
    # As many as are shown, however large a count the name claims.
    sought = range(first, first + min(count, len(inside) + _SHOWN))
    for problem, wrong, total in (
        ("has no", sorted(set(sought) - inside), count - len(inside)),
        ("has one too many:", sorted(numbers - inside), len(numbers - inside)),
    ):
        if wrong:
            names = ", ".join(shards[0].numbered(number) for number in wrong[:_SHOWN])
            more = total - len(wrong[:_SHOWN])
            raise DataError(
                f"{of} {problem} {names}{f' and {more:,} more' if more else ''}; expected {count} "
                f"shards numbered {first} to {first + count - 1}"
            )
