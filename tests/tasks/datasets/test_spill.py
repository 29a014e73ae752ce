"""Bytes put aside while a data set is made."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tasks.datasets.spill import Spill


def test_what_any_thread_puts_aside_comes_back(tmp_path: Path) -> None:
    contents = [bytes([number]) * (number * 37) for number in range(200)]
    spill = Spill(tmp_path / "spill")
    with ThreadPoolExecutor(8) as pool:
        offsets = list(pool.map(spill.add, contents))
        sizes = [len(content) for content in contents]
        assert list(pool.map(spill.read, offsets, sizes)) == contents
    spill.close()
