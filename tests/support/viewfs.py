"""Hadoop's ViewFileSystem: a file system that no path of the operating system leads to."""

from dataclasses import dataclass
from pathlib import Path

URL = "viewfs://graft/home"


@dataclass(frozen=True)
class ViewFs:
    """A folder on it; its mount table alone says where the files are.

    Attributes:
        store: where the folder's files really are.
        conf: a HADOOP_CONF_DIR that knows it, as a user would write one.
        url: the folder.
    """

    store: Path
    conf: Path
    url: str = URL

    def __post_init__(self) -> None:
        """Write the mount table."""
        (self.conf / "core-site.xml").write_text(
            "<configuration><property><name>fs.viewfs.mounttable.graft.link./home</name>"
            f"<value>{self.store.as_uri()}</value></property></configuration>"
        )
