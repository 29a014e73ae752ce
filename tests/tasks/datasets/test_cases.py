"""Small inputs that people really have, each in two forms: as it was found, and made here.

The ones that were found lie beside the checkout on some machines and are skipped elsewhere; the
ones that are made here stand for the same kinds and always run.
"""

import gzip
import io
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from support.sources import (
    Extract,
    Files,
    encoded,
    image,
    shard,
    slim_record,
    tfds_record,
    write_tar,
    write_zip,
)
from tasks.errors import DataError
from tasks.storage.paths import CHECKOUT

CASES = CHECKOUT.parent / "shared" / "cases"
TRAIN, VALIDATION = (f"flowers_{s}_00000-of-00001.tfrecord" for s in ("train", "validation"))
COLOURS = ("red", "green", "blue")


@dataclass(frozen=True)
class Case:
    """What becomes of an input.

    Attributes:
        classes: of the data set, in label order.
        train: pictures of each class in training.
        validation: and in validation.
        told: a part of a note or a warning.
        in_place: whether the files of the source are those of the data set.
    """

    classes: tuple[str, ...] = COLOURS
    train: tuple[int, ...] = (4, 4, 4)
    validation: tuple[int, ...] = (2, 2, 2)
    told: str = ""
    in_place: bool = True


GOOD = {
    "ok_small.tar.gz": Case(),
    "tiny_3_2.tar.gz": Case(
        train=(1, 1, 1),
        validation=(1, 1, 0),
        told="classes without a picture in split 'validation': 'blue'",
    ),
    "apple_double.tar.gz": Case(told="4 files of systems and packers passed over"),
    "home_path_deep.tar.gz": Case(),
    "stray_symlink.tar.gz": Case(told="1 symbolic link left out"),
    "label_from_one.tar.gz": Case(told="labels count from 1 in the source", in_place=False),
    "label_background.tar.gz": Case(
        classes=("background", *COLOURS),
        train=(0, 4, 4, 4),
        validation=(0, 2, 2, 2),
        told="classes without a picture: 'background'",
    ),
    "labels_missing.tar.gz": Case(
        classes=("0", "1", "2"), told="classes are called by their numbers"
    ),
    "labels_names_only.tar.gz": Case(),
    "labels_space_separator.tar.gz": Case(),
    "shards_build_image_data.tar.gz": Case(),
    "tfds_keys.tar.gz": Case(in_place=False),
    "gzip_records.tar.gz": Case(in_place=False),
    "zip_archive.zip": Case(),
    "raw_image_folder.tar.gz": Case(
        classes=("daisy", "red tulip", "rose"),
        train=(3, 3, 3),
        validation=(1, 1, 1),
        in_place=False,
    ),
    "png_in_train.tar.gz": Case(
        train=(2, 2, 2), told="1 picture stored anew as JPEG", in_place=False
    ),
    "pictures_mixed.tar.gz": Case(
        train=(3, 3, 2),
        validation=(3, 3, 2),
        told="2 pictures turned upright as the EXIF orientation says",
        in_place=False,
    ),
    "jpeg_mpo.tar.gz": Case(train=(2, 2, 2)),
    "names_unicode_html.tar.gz": Case(
        classes=('a: b, "c"', "<script>alert(1)</script>", "日本 花 🌼 é")
    ),
    "class_missing_in_training.tar.gz": Case(
        train=(6, 6, 0), told="classes without a picture in split 'train': 'blue'"
    ),
    "class_missing_in_validation.tar.gz": Case(
        validation=(3, 3, 0), told="classes without a picture in split 'validation': 'blue'"
    ),
}
BAD = {
    "one_class.tar.gz": "has training pictures of one class only, 'red': nothing to tell apart",
    "html_login.tar.gz": "is an HTML page, perhaps of a login",
    "tar_zst.tar.zst": "is truncated or damaged at or after its start: Truncated compressed str",
}


def assert_becomes(extract: Extract, source: Path, case: Case) -> None:
    dataset = extract(source)
    assert dataset.class_names == case.classes
    assert dataset.splits["train"].class_counts == case.train
    assert dataset.splits["validation"].class_counts == case.validation
    assert case.told in " ".join((*dataset.notes, *dataset.warnings))
    names = {shard.path.name for split in dataset.splits.values() for shard in split.shards}
    assert any(name.startswith("pictures_") for name in names) != case.in_place


@pytest.mark.parametrize("name", GOOD)
def test_found(extract: Extract, name: str) -> None:
    if not CASES.is_dir():
        pytest.skip(f"no {CASES}: this is not the machine where the cases are")
    assert_becomes(extract, CASES / name, GOOD[name])


@pytest.mark.parametrize("name", BAD)
def test_found_and_refused(extract: Extract, name: str) -> None:
    if not CASES.is_dir():
        pytest.skip(f"no {CASES}: this is not the machine where the cases are")
    with pytest.raises(DataError, match=BAD[name]):
        extract(CASES / name)


def test_every_case_is_here() -> None:
    if not CASES.is_dir():
        pytest.skip(f"no {CASES}: this is not the machine where the cases are")
    here = {*GOOD, *BAD}
    assert {path.name for path in CASES.iterdir() if path.suffix != ".md"} == here


Make = Callable[[Path], Files]


def jpegs(count: int, first: int = 0) -> list[bytes]:
    return [encoded(image(first + number)) for number in range(count)]


def slim(
    folder: Path, train: list[bytes], validation: list[bytes], labels: str
) -> dict[str, bytes]:
    """Return the files of a data set in TF-Slim's layout."""
    files = {TRAIN: shard(folder, *train), VALIDATION: shard(folder, *validation)}
    return files | ({"labels.txt": labels.encode()} if labels else {})


NUMBERED = "0:red\n1:green\n2:blue\n"


def small(
    folder: Path,
    labels: str = NUMBERED,
    first: int = 0,
    make: Callable[..., bytes] = slim_record,
) -> dict[str, bytes]:
    """Return twelve training and six validation pictures of three classes."""
    train = [make(jpeg, first + i % 3) for i, jpeg in enumerate(jpegs(12))]
    validation = [make(jpeg, first + i % 3) for i, jpeg in enumerate(jpegs(6, 100))]
    return slim(folder, train, validation, labels)


def chosen(folder: Path, train: list[int], validation: list[int]) -> dict[str, bytes]:
    """Return pictures of the given labels."""
    made = [
        [slim_record(jpeg, label) for jpeg, label in zip(jpegs(len(of), at), of, strict=True)]
        for of, at in ((train, 0), (validation, 100))
    ]
    return slim(folder, made[0], made[1], NUMBERED)


def mixed(folder: Path) -> dict[str, bytes]:
    """Return pictures as cameras and programs write them, all of them JPEG."""
    exif = Image.Exif()
    exif[0x0112] = 6
    made = [
        encoded(image(1)),
        encoded(image(2), progressive=True),
        encoded(image(3).convert("CMYK")),
        encoded(image(4).convert("L")),
        encoded(image(5), exif=exif),
        encoded(image(6), subsampling=0),
        encoded(image(7), quality=1),
        encoded(image(8), restart_marker_blocks=1),
    ]
    records = [slim_record(jpeg, i % 3) for i, jpeg in enumerate(made)]
    return slim(folder, records, records, NUMBERED)


def renamed(folder: Path) -> dict[str, bytes]:
    files = small(folder)
    return {
        "train-00000-of-00001": files[TRAIN],
        "validation-00000-of-00001": files[VALIDATION],
        "labels.txt": files["labels.txt"],
    }


def mpo(folder: Path) -> dict[str, bytes]:
    made = encoded(image(1), "MPO", save_all=True, append_images=[image(2)])
    records = [slim_record(made, i % 3) for i in range(6)]
    return slim(folder, records, records, NUMBERED)


def raw(folder: Path) -> dict[str, bytes]:
    return {
        f"flower_photos/{name}/{i}.jpg": encoded(image(100 * label + i))
        for label, name in enumerate(("daisy", "red tulip", "rose"))
        for i in range(4)
    }


def png_in_train(folder: Path) -> dict[str, bytes]:
    train = [*jpegs(5), encoded(image(5), "PNG")]
    return slim(
        folder,
        [slim_record(data, i % 3) for i, data in enumerate(train)],
        [slim_record(data, i % 3) for i, data in enumerate(jpegs(6, 100))],
        NUMBERED,
    )


MADE: dict[str, Make] = {
    "ok_small.tar.gz": small,
    "tiny_3_2.tar.gz": lambda folder: chosen(folder, [0, 1, 2], [0, 1]),
    "apple_double.tar.gz": lambda folder: {
        **{f"./{name}": content for name, content in small(folder).items()},
        **{f"./._{name}": b"\0\5\x16\7" for name in small(folder)},
        "./.DS_Store": b"Bud1",
    },
    "home_path_deep.tar.gz": lambda folder: {
        f"home/me/data/flowers/{name}": content for name, content in small(folder).items()
    },
    "label_from_one.tar.gz": lambda folder: small(folder, "1:red\n2:green\n3:blue\n", 1),
    "label_background.tar.gz": lambda folder: small(
        folder, "0:background\n1:red\n2:green\n3:blue\n", 1
    ),
    "labels_missing.tar.gz": lambda folder: small(folder, ""),
    "labels_names_only.tar.gz": lambda folder: small(folder, "red\ngreen\nblue\n"),
    "labels_space_separator.tar.gz": lambda folder: small(folder, "0 red\n1 green\n2 blue\n"),
    "shards_build_image_data.tar.gz": renamed,
    "tfds_keys.tar.gz": lambda folder: small(folder, make=tfds_record),
    "gzip_records.tar.gz": lambda folder: {
        name: content if name == "labels.txt" else gzip.compress(content)
        for name, content in small(folder).items()
    },
    "zip_archive.zip": small,
    "png_in_train.tar.gz": png_in_train,
    "pictures_mixed.tar.gz": mixed,
    "jpeg_mpo.tar.gz": mpo,
    "names_unicode_html.tar.gz": lambda folder: small(
        folder, '0:a: b, "c"\n1:<script>alert(1)</script>\n2:日本 花 🌼 é\n'
    ),
    "class_missing_in_training.tar.gz": lambda folder: chosen(folder, [0, 1] * 6, [0, 1, 2] * 2),
    "class_missing_in_validation.tar.gz": lambda folder: chosen(folder, [0, 1, 2] * 4, [0, 1] * 3),
}


@pytest.mark.parametrize("name", MADE)
def test_made(extract: Extract, tmp_path: Path, name: str) -> None:
    write = write_zip if name.endswith(".zip") else write_tar
    assert_becomes(extract, write(tmp_path / name, MADE[name](tmp_path)), GOOD[name])


def test_made_with_a_stray_link(extract: Extract, tmp_path: Path) -> None:
    archive = tmp_path / "flowers.tar"
    with tarfile.open(archive, "w") as tar:
        for name, content in small(tmp_path).items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("latest")
        link.type, link.linkname = tarfile.SYMTYPE, TRAIN
        tar.addfile(link)
    assert_becomes(extract, archive, GOOD["stray_symlink.tar.gz"])


def test_made_of_folders(extract: Extract, tmp_path: Path) -> None:
    dataset = extract(write_tar(tmp_path / "flower_photos.tgz", raw(tmp_path)))
    assert dataset.class_names == ("daisy", "red tulip", "rose")
    sides = [dataset.splits[split].class_counts for split in ("train", "validation")]
    assert [sum(counts) for counts in zip(*sides, strict=True)] == [4, 4, 4]
    assert all(min(counts) > 0 for counts in sides)


def test_made_of_one_class(extract: Extract, tmp_path: Path) -> None:
    records = [slim_record(jpeg, 0) for jpeg in jpegs(12)]
    archive = write_tar(tmp_path / "a.tar", slim(tmp_path, records, records, "0:red\n"))
    with pytest.raises(DataError, match=BAD["one_class.tar.gz"]):
        extract(archive)


def test_made_with_zstandard(extract: Extract, tmp_path: Path) -> None:
    import pyarrow as pa

    plain = write_tar(tmp_path / "plain.tar", small(tmp_path), "w").read_bytes()
    packed = tmp_path / "flowers.tar.zst"
    with pa.CompressedOutputStream(pa.OSFile(str(packed), "wb"), "zstd") as stream:
        stream.write(plain)
    assert_becomes(extract, packed, Case())
    packed.write_bytes(packed.read_bytes()[:-50])
    with pytest.raises(DataError, match=BAD["tar_zst.tar.zst"]):
        extract(packed, validation_share=0.2)


def test_every_found_case_has_a_made_one() -> None:
    assert set(GOOD) - set(MADE) == {"stray_symlink.tar.gz", "raw_image_folder.tar.gz"}
