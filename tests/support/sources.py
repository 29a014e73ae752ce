"""The same few pictures in every layout that a data set may come in."""

import csv
import gzip
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tasks.datasets.dataset import Dataset
from tasks.datasets.example import encode_example
from tasks.datasets.tfrecord import read_records, write_records
from tasks.networks.tensorflow import import_example

#: Contents by path.
Files = Mapping[str, bytes]

#: Makes a data set of a source with options.
Extract = Callable[..., Dataset]

CLASSES = ("daisy", "red tulip", "rose")
LABELS = "".join(f"{label}:{name}\n" for label, name in enumerate(CLASSES)).encode()


def image(seed: int, size: tuple[int, int] = (24, 16)) -> Image.Image:
    """Return a small picture of smooth colours that depend on the seed."""
    small = np.random.default_rng(seed).integers(0, 256, (3, 4, 3), np.uint8)
    return Image.fromarray(small).resize(size, Image.Resampling.BICUBIC)


def encoded(picture: Image.Image, kind: str = "JPEG", **how: Any) -> bytes:
    """Return a picture as a file of some kind."""
    output = io.BytesIO()
    picture.save(output, kind, **how)
    return output.getvalue()


def pictures(per_class: int = 8, classes: Sequence[str] = CLASSES) -> dict[str, bytes]:
    """Return JPEGs, all different, by path: class folder and number."""
    return {
        f"{name}/{number}.jpg": encoded(image(1000 * label + number))
        for label, name in enumerate(classes)
        for number in range(per_class)
    }


#: Eight pictures of each class.
FILES = pictures()


def write_folder(folder: Path, files: Files) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def write_tar(path: Path, files: Files, mode: str = "w:gz") -> Path:
    """Write files as a tar."""
    with tarfile.open(path, mode) as tar:  # type: ignore[call-overload]  # mode is any string
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def write_zip(path: Path, files: Files) -> Path:
    """Write files as a zip."""
    with zipfile.ZipFile(path, "w") as zipped:
        for name, content in files.items():
            zipped.writestr(name, content)
    return path


def csv_list(rows: Sequence[Mapping[str, str]]) -> bytes:
    """Return rows as a CSV file."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def json_list(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows as JSON lines."""
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def rows_of(files: Files) -> list[dict[str, str]]:
    """Return the rows of a list of pictures in class folders."""
    return [{"path": name, "label": name.split("/")[0]} for name in files]


def parquet(files: Files, folder: Path, *, class_labels: bool = True) -> bytes:
    """Return pictures in class folders as the Hugging Face hub has them."""
    import pyarrow as pa
    from pyarrow import parquet as pq

    names = list(dict.fromkeys(name.split("/")[0] for name in files))
    labels = [name.split("/")[0] for name in files]
    table = pa.table(
        {
            "image": [{"bytes": content, "path": name} for name, content in files.items()],
            "label": [names.index(label) for label in labels] if class_labels else labels,
        }
    )
    if class_labels:
        features = {"label": {"names": names, "_type": "ClassLabel"}, "image": {"_type": "Image"}}
        info = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": info})
    path = folder / "made.parquet"
    pq.write_table(table, path, row_group_size=5)
    content = path.read_bytes()
    path.unlink()
    return content


def slim_record(data: bytes, label: int, name: str = "", text: str = "") -> bytes:
    """Return a record with TF-Slim's keys."""
    features: dict[str, bytes | int] = {
        "image/encoded": data,
        "image/class/label": label,
        "image/format": b"jpg",
    }
    if name:
        features["image/filename"] = name.encode()
    if text:
        features["image/class/text"] = text.encode()
    return encode_example(features)


def tfds_record(data: bytes, label: int, name: str = "") -> bytes:
    """Return a record with the keys of TensorFlow Datasets."""
    features: dict[str, bytes | int] = {"image": data, "label": label}
    if name:
        features["image/filename"] = name.encode()
    return encode_example(features)


def shard(folder: Path, *records: bytes, compressed: bool = False) -> bytes:
    """Return the content of a TFRecord file."""
    path = folder / "made.tfrecord"
    write_records(path, records)
    content = path.read_bytes()
    path.unlink()
    return gzip.compress(content) if compressed else content


def labelled(files: Files, make: Callable[..., bytes], first: int = 0) -> list[bytes]:
    """Return records of pictures in class folders, the labels in the order of the classes."""
    names = list(dict.fromkeys(name.split("/")[0] for name in files))
    return [
        make(content, names.index(name.split("/")[0]) + first, name=name)
        for name, content in files.items()
    ]


def records(dataset: Dataset) -> dict[str, list[bytes]]:
    """Return all records by split."""
    return {
        split: [record for each in of.shards for record in read_records(Path(str(each.path)))]
        for split, of in dataset.splits.items()
    }


def contents(dataset: Dataset) -> dict[str, bytes]:
    """Return the files of a data set by name."""
    folder = dataset.path / "content"
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def fields(record: bytes) -> dict[str, Any]:
    """Return the first value of every feature of a record."""
    features = import_example().FromString(record).features.feature
    return {
        key: (value.int64_list.value or value.bytes_list.value)[0]
        for key, value in features.items()
    }
