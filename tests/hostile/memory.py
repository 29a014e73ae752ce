"""Limit on the memory of this process."""

import resource
from pathlib import Path

#: Bytes that a reader may take on top of what Python and the libraries take. A record may have
#: 256 MiB, which are read, cut and parsed.
MEMORY = 2**30


def limit_memory(more: int) -> None:
    """Let the address space of this process grow by so many bytes and not further."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    limit = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
