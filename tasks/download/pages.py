"""Recognition of what a server sends instead of a file."""

import re
from pathlib import Path

_START_BYTES = 4096
_SPACE = rb"(?:\s|<!--.*?-->|<\?xml[^>]*>)*"
_HTML = re.compile(_SPACE + rb"<(?:!doctype\s+html|html|head|body|title|script)\b", re.I | re.S)
_XML = re.compile(rb"\s*<\?xml\b")
_LFS = b"version https://git-lfs.github.com/spec/"


def page_kind(path: Path) -> str | None:
    """Return what a page or a pointer is and what may help; None for any other file.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     _ = Path(file.name).write_text("<!DOCTYPE html><title>Sign in</title>")
    ...     page_kind(Path(file.name)).partition(":")[0]
    'is an HTML page, perhaps of a login; expected a data set or a checkpoint'
    """
    with path.open("rb") as stream:
        start = stream.read(_START_BYTES)
    start = start.removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.decode("utf-16", errors="replace").encode()
    if _HTML.match(start):
        return (
            "is an HTML page, perhaps of a login; expected a data set or a checkpoint: check the "
            "URL, or name a connection (dataset_conn_id, checkpoint_conn_id)"
        )
    if _XML.match(start):
        return (
            "is an XML document, perhaps a storage service's error; expected a data set or a "
            "checkpoint"
        )
    if start.startswith(_LFS):
        return (
            "is a Git LFS pointer; expected the file that it stands for: use the URL of the "
            "content, or run git lfs pull where it is"
        )
    return None
