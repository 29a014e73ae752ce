"""The progress of executors, as it is logged."""

import logging

import pytest

from tasks.conversion.progress import counting
from tasks.spark.cluster import Cluster


def test_what_tasks_count_is_logged(cluster: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with counting(cluster.context, "read", 7) as done:
        cluster.context.parallelize(range(7), 2).foreach(lambda _: done.add(1))
    assert caplog.messages[-1].startswith("read: 7 pictures, ")


def test_no_closing_line_after_an_error(cluster: Cluster, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(ValueError, match="broken"), counting(cluster.context, "read", 7):
        raise ValueError("broken")
    assert not [message for message in caplog.messages if message.startswith("read")]
