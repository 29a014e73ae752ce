"""Data sets made of sources."""

from pathlib import Path
from typing import Any

import pytest

from support.sources import Extract
from tasks.datasets.dataset import Dataset, read_dataset
from tasks.datasets.extract import extract_dataset
from tasks.datasets.options import Options


@pytest.fixture
def extract(tmp_path: Path) -> Extract:
    """Makes a data set of a source in a home of its own."""

    def extract(source: Path, **options: Any) -> Dataset:
        made = extract_dataset(source, str(source), tmp_path / "datasets", Options(**options))
        return read_dataset(made.path)

    return extract
