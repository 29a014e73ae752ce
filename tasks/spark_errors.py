"""Finds the error that matters inside the many that Spark wraps around it."""

import re

from tasks import errors
from tasks.errors import GraftError

_RAISED = re.compile(r"tasks\.errors\.(\w+): (.+)")


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
