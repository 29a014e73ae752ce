"""Data sets of another size: cut to a part, or repeated as links to the same shards."""

import io
import json
import os
import tarfile
from pathlib import Path

from tasks.datasets.dataset import DESCRIPTION, SPLITS, read_dataset, shard_name
from tasks.datasets.tfrecord import read_records, write_records


def cut_archive(archive: Path, records: int, folder: Path) -> Path:
    """Write an archive with about ``records`` records of another one, the first of every shard.

    Args:
        archive: a data set in the official layout.
        records: number of records to keep.
        folder: an existing folder; receives the archive and scratch files.
    """
    target = folder / "cut.tar.gz"
    with tarfile.open(archive) as whole:
        whole.extractall(folder / "whole", filter="data")
    found = [path for path in sorted((folder / "whole").rglob("*")) if path.is_file()]
    held = {path: list(read_records(path)) for path in found if path.suffix == ".tfrecord"}
    total = sum(map(len, held.values()))
    with tarfile.open(target, "w:gz") as small:
        for path in found:
            if path in held:
                write_records(path, held[path][: -(-len(held[path]) * records // total)])
            info = tarfile.TarInfo(path.name)
            info.size = path.stat().st_size
            small.addfile(info, io.BytesIO(path.read_bytes()))
    return target


def repeat_dataset(dataset: Path, times: int, folder: Path) -> Path:
    """Make a data set with ``times`` as many shards, all of them links to the given ones.

    Args:
        dataset: folder that ``extract_dataset`` made, on the same file system as ``folder``.
        times: number of times that every record occurs.
        folder: a new folder; its name is the data set's digest in the features' recipe.
    """
    data = read_dataset(dataset)
    description = json.loads((dataset / DESCRIPTION).read_text(encoding="utf-8"))
    folder.mkdir(parents=True)
    for split in SPLITS:
        fields = description["splits"][split]
        shards = [shard for _ in range(times) for shard in fields["shards"]]
        names = [shard_name("flowers", split, i, len(shards)) for i in range(len(shards))]
        for shard, name in zip(data.splits[split].shards * times, names, strict=True):
            os.link(str(shard.path), folder / name)
        description["splits"][split] = {
            "records": fields["records"] * times,
            "class_counts": [count * times for count in fields["class_counts"]],
            "shards": [{**shard, "file": name} for shard, name in zip(shards, names, strict=True)],
        }
    (folder / DESCRIPTION).write_text(json.dumps(description), encoding="utf-8")
    return folder
