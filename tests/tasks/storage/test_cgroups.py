from pathlib import Path

import pytest

from tasks.storage.cgroups import cpu_limit, memory_limit


def machine(root: Path, files: dict[str, str]) -> Path:
    """A file system that says of control groups what a kernel would."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{content}\n")
    return root


V2 = "sys/fs/cgroup"
OURS = {"proc/self/cgroup": "0::/user/ours"}


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({}, None),
        ({f"{V2}/cpu.max": "max 100000"}, None),
        # A container, which sees its group as the root.
        ({f"{V2}/cpu.max": "150000 100000"}, 2),
        ({f"{V2}/cpu.max": "20000 100000"}, 1),
        # The group around ours is the tighter one.
        (
            {
                **OURS,
                f"{V2}/user/ours/cpu.max": "800000 100000",
                f"{V2}/user/cpu.max": "300000 100000",
            },
            3,
        ),
        ({**OURS, f"{V2}/other/cpu.max": "100000 100000"}, None),
    ],
)
def test_cores_of_version_2(tmp_path: Path, files: dict[str, str], cores: int | None) -> None:
    assert cpu_limit(machine(tmp_path, files)) == cores


def test_cores_of_version_1(tmp_path: Path) -> None:
    ours = {"proc/self/cgroup": "4:memory:/m\n3:cpu,cpuacct:/docker/1\n0::/"}
    quota = f"{V2}/cpu/docker/1/cpu.cfs_quota_us"
    period = {f"{V2}/cpu/docker/1/cpu.cfs_period_us": "100000"}
    assert cpu_limit(machine(tmp_path, {**ours, **period, quota: "250000"})) == 3
    assert cpu_limit(machine(tmp_path, {quota: "-1"})) is None


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({}, None),
        ({f"{V2}/memory.max": "max"}, None),
        ({f"{V2}/memory.max": "2147483648"}, 2**31),
        ({**OURS, f"{V2}/user/memory.max": "1024", f"{V2}/user/ours/memory.max": "max"}, 1024),
        ({f"{V2}/memory/memory.limit_in_bytes": "1073741824"}, 2**30),
        # Version 1's way to say that there is none.
        ({f"{V2}/memory/memory.limit_in_bytes": "9223372036854771712"}, None),
    ],
)
def test_memory(tmp_path: Path, files: dict[str, str], limit: int | None) -> None:
    assert memory_limit(machine(tmp_path, files)) == limit
