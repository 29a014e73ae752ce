"""Finds the error that matters inside the many that Spark wraps around it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tasks import errors
from tasks.errors import GraftError

_RAISED = re.compile(r"tasks\.errors\.(\w+): (.+)")


@contextmanager
def user_errors() -> Iterator[None]:
    """Raise the ``GraftError`` of a Python worker as it was, without Spark's traces around it."""
    try:
        yield
    except Exception as error:
        found = user_error(error)
        if found is None:
            raise
        raise found from None


def user_error(error: BaseException) -> GraftError | None:
    """Return the ``GraftError`` that a Python worker raised, or None if there was none.

    Args:
        error: what Spark raised on the driver; the worker's traceback is in its text.
    """
    if isinstance(error, GraftError):
        return error
    found = _RAISED.search(str(error))
    kind = getattr(errors, found.group(1), None) if found else None
    return kind(found.group(2).strip()) if found and kind else None
