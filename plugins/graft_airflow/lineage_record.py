"""Lineage of a task as Graft knows it, apart from the classes of OpenLineage.

Data sets are named as https://openlineage.io/docs/spec/naming says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from tasks.storage.redaction import redact

#: JSON types by name of facet.
Facets = Mapping[str, Mapping[str, Any]]

# The schemes of one store; the first is the one of its namespaces.
_STORES = {"s3a": "s3", "s3n": "s3", "gcs": "gs", "abfs": "abfss", "wasb": "wasbs"}
# Names in them have no slash at their begin.
_OBJECT_STORES = ("s3", "gs", "abfss", "wasbs")
# What stands before the @ is a container, not a user.
_WITH_CONTAINERS = ("abfss", "wasbs")


@dataclass(frozen=True)
class DatasetName:
    """A data set's name.

    Attributes:
        namespace: the store, such as ``file`` or ``s3://bucket``.
        name: of the data set in the store.
    """

    namespace: str
    name: str


@dataclass(frozen=True, kw_only=True)
class LineageDataset:
    """A data set that a task reads or writes.

    Attributes:
        name: the same from run to run.
        version: of its content, such as an artefact's digest; empty where it is not known.
        location: path or URL of this version; empty where it is not known.
        is_model: whether it is a model, and not files of data.
        rows: number of its records; None where it is not known.
        facts: about it.
    """

    name: DatasetName
    version: str = ""
    location: str = ""
    is_model: bool = False
    rows: int | None = None
    facts: Facets = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """Lineage of a task.

    Attributes:
        inputs: data sets that it reads.
        outputs: data sets that it has written.
        params: of its run, JSON types by name, without secrets.
        facts: about the task in this run.
    """

    inputs: tuple[LineageDataset, ...] = ()
    outputs: tuple[LineageDataset, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)
    facts: Facets = field(default_factory=dict)


def dataset_name(url: str) -> DatasetName:
    """Return the name of the data set at a URL, without the secrets in it.

    >>> dataset_name("s3a://bucket/flowers.tar.gz")
    DatasetName(namespace='s3://bucket', name='flowers.tar.gz')
    >>> dataset_name("https://me:secret@example.org/flowers.tar.gz?token=1")
    DatasetName(namespace='https://example.org', name='/flowers.tar.gz')
    >>> dataset_name("file:///data/flowers.tar.gz")
    DatasetName(namespace='file', name='/data/flowers.tar.gz')
    """
    scheme = url.partition("://")[0].lower()
    scheme = _STORES.get(scheme, scheme)
    parts = urlsplit(redact(url))
    if scheme == "file":
        return DatasetName(f"file://{parts.netloc}" if parts.netloc else "file", parts.path)
    host = parts.netloc.rpartition("@")[2]
    if scheme in _WITH_CONTAINERS:
        host = _with_container(url, host)
    name = parts.path.lstrip("/") if scheme in _OBJECT_STORES else parts.path
    return DatasetName(f"{scheme}://{host}", name or "/")


def _with_container(url: str, host: str) -> str:
    user, mark, _ = urlsplit(url).netloc.rpartition("@")
    return f"{user}@{host}" if mark and ":" not in user else host
