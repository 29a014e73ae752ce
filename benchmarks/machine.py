"""The machine that a benchmark runs on, and the day, as its results have them."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


def describe_machine() -> str:
    """Return processor, number of cores, load before the run and date in one line."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    processor = next((line.split(": ")[1] for line in lines if line.startswith("model name")), "?")
    return (
        f"{platform.machine()}, {os.cpu_count() or 1} cores, {processor}, "
        f"load {os.getloadavg()[0]:.1f} before, {datetime.now(UTC):%Y-%m-%d}"
    )
