from pathlib import Path

import pytest

from benchmarks.processes import Measured, metrics_of
from tasks.storage.paths import Home


def test_a_job_that_left_no_metrics_is_named_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"^the job cold left no metrics:\nthe last words$"):
        metrics_of(Home(tmp_path), "cold", Measured(output="the last words"))
