"""Params of the data set."""

from typing import Literal

from pydantic import Field

from tasks.params.base import PLACE, Params, connection_field, sha256_field

FLOWERS_URL = "http://download.tensorflow.org/data/flowers.tar.gz"

Source = Literal["urls", "sample"]
Layout = Literal["auto", "folder", "list", "parquet", "tfrecord"]
BadPictures = Literal["fail", "skip"]


class DataParams(Params, title="Data"):
    """Source of the labelled pictures."""

    source: Source = Field(
        "urls",
        title="Source",
        description=(
            "urls: the data set and the checkpoint below, which are the official flowers and "
            "weights unless you change them. sample: the bundled sample, drawn on this machine "
            "without a network; the URLs are not used."
        ),
    )
    dataset_url: str = Field(
        FLOWERS_URL,
        pattern=PLACE,
        title="Data set URL",
        description=(
            "Your pictures: a folder or an archive (zip, tar) with a subfolder for each class; a "
            "CSV or JSON lines file with path and label; Parquet or TFRecord files. A URL that is "
            "http(s), file or any that fsspec knows, or a path of this machine."
        ),
        examples=["/home/me/pictures", "https://example.org/flowers.tar.gz"],
    )
    dataset_sha256: str | None = sha256_field("Data set SHA-256")
    dataset_conn_id: str | None = connection_field("Data set connection", "the data set's URL")
    max_download_gib: int | None = Field(
        None,
        ge=1,
        le=65_536,
        title="Largest download",
        description=(
            "Optional: the most to download for the data set, and the same for the checkpoint. "
            "Empty: 64 GiB or half of the free disk, whichever is less."
        ),
        examples=[200],
        json_schema_extra={"unit": "GiB"},
    )
    data_layout: Layout = Field(
        "auto",
        title="Layout",
        description=(
            "auto: told by looking at the files. folder: pictures in a subfolder for each class. "
            "list: a CSV or JSON lines file with path and label. parquet, tfrecord: such files."
        ),
    )
    bad_pictures: BadPictures = Field(
        "fail",
        title="Bad pictures",
        description=(
            "What becomes of pictures that cannot be used, because they are damaged or stand in "
            "two classes. fail: the run ends and names them. skip: they are left out and listed."
        ),
    )
    max_bad: float = Field(
        0.01,
        ge=0,
        le=1,
        title="Most bad pictures",
        description="The share of pictures that skip leaves out; with more the run ends.",
        examples=[0.05],
    )
    max_side: int | None = Field(
        None,
        ge=64,
        le=65_535,
        title="Longest side",
        description=(
            "Optional: pictures whose longer side is longer are scaled down to it once, when the "
            "data set is made, so every later step reads less. Predictions scale pictures down "
            "likewise. Empty: pictures keep their size."
        ),
        examples=[512],
        json_schema_extra={"unit": "pixels"},
    )
    validation_share: float = Field(
        0.1,
        ge=0.001,
        le=0.5,
        title="Share for validation",
        description=(
            "Of pictures without splits, about this share is for validation. A picture's bytes "
            "decide, so it stays on its side when the data set grows."
        ),
        examples=[0.2],
    )
    test_share: float = Field(
        0,
        ge=0,
        le=0.4,
        title="Share for the test",
        description=(
            "Of pictures without splits, about this share is for a test split, which is measured "
            "once, at the end."
        ),
        examples=[0.1],
    )


class ExcludeParams(Params, title="Data"):
    """Records that a run neither trains on nor measures with."""

    exclude: str | None = Field(
        None,
        pattern=PLACE,
        title="Records to leave out",
        description=(
            "Optional: a text file, as a path of this machine or a URL, with a record a line: the "
            "name of its picture, or the SHA-256 of the picture's file. Training, validation and "
            "test leave these records out. The report of a run writes such lists."
        ),
        examples=["/home/me/exclude.txt"],
    )
