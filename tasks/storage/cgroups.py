"""Limits that a container, or a service manager, sets to this process: Linux control groups."""

import math
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path("/")
# Version 1 says "no limit" as a number, the largest multiple of a page.
_NO_LIMIT = 2**62


def cpu_limit(root: Path = _ROOT) -> int | None:
    """Return how many cores this process may keep busy, rounded up; None without a limit.

    Args:
        root: of the file system; tests have one of their own.
    """
    quotas = [*_version_2_quotas(root), *_version_1_quotas(root)]
    return max(1, math.ceil(min(quotas))) if quotas else None


def memory_limit(root: Path = _ROOT) -> int | None:
    """Return how many bytes of memory this process may have; None without a limit."""
    texts = [
        *_read(root, "", "memory.max"),
        *_read(root, "memory", "memory.limit_in_bytes"),
    ]
    limits = [int(text) for text in texts if text.isdecimal() and int(text) < _NO_LIMIT]
    return min(limits, default=None)


def _version_2_quotas(root: Path) -> Iterator[float]:
    for text in _read(root, "", "cpu.max"):
        quota, _, period = text.partition(" ")
        if quota.isdecimal() and period.isdecimal():
            yield int(quota) / int(period)


def _version_1_quotas(root: Path) -> Iterator[float]:
    quotas = _read(root, "cpu", "cpu.cfs_quota_us")
    periods = _read(root, "cpu", "cpu.cfs_period_us")
    for quota, period in zip(quotas, periods, strict=False):
        # -1 is no limit.
        if quota.isdecimal() and period.isdecimal():
            yield int(quota) / int(period)


def _read(root: Path, controller: str, name: str) -> Iterator[str]:
    """Yield a file's content in this process's group and in each group around it.

    Args:
        root: of the file system.
        controller: of version 1; '' for version 2, which has one tree for all.
        name: of the file.
    """
    mount = root / "sys" / "fs" / "cgroup" / controller
    group = _group(root, controller)
    for folder in (group, *group.parents):
        try:
            yield (mount / folder.relative_to("/") / name).read_text(encoding="ascii").strip()
        except OSError:
            # A container sees its own group as the root, under another name.
            continue


def _group(root: Path, controller: str) -> Path:
    """Return the path of this process's group, which starts with /."""
    try:
        lines = (root / "proc" / "self" / "cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controller in controllers.split(",") and path.startswith("/"):
            return Path(path)
    return Path("/")
