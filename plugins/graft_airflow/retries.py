"""Retry policy of every task: try again only after errors that may pass."""

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

#: Arguments of a task. A defect or a bad input fails at the first try.
RETRIES: dict[str, Any] = {
    "retries": 3,
    "retry_delay": timedelta(seconds=10),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=10),
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule(
                exception="tasks.errors.TransientError",
                action=RetryAction.RETRY,
                reason="what failed may be back by then",
            ),
            RetryRule(
                # Not Exception: Airflow's timeout of a task is a BaseException only.
                exception="builtins.BaseException",
                action=RetryAction.FAIL,
                reason="trying again would not help",
            ),
        ]
    ),
}
