"""Params of the data set."""

from typing import Literal

from pydantic import Field

from tasks.params.base import URL, Params, connection_field, sha256_field

FLOWERS_URL = "http://download.tensorflow.org/data/flowers.tar.gz"

Source = Literal["urls", "sample"]


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
        pattern=URL,
        title="Data set URL",
        description=(
            "A tar archive of TFRecord shards and labels.txt in the layout of TF-Slim's flowers. "
            "http(s), file, or any file system that fsspec knows."
        ),
        examples=["file:///data/flowers.tar.gz"],
    )
    dataset_sha256: str | None = sha256_field("Data set SHA-256")
    dataset_conn_id: str | None = connection_field("Data set connection", "the data set's URL")
    max_download_gib: int | None = Field(
        None,
        ge=1,
        le=65_536,
        title="Largest download",
        description=(
            "Optional: the most that the archive of the data set or of the checkpoint may have. "
            "Empty: 64 GiB or half of the free disk, whichever is less."
        ),
        examples=[200],
        json_schema_extra={"unit": "GiB"},
    )
