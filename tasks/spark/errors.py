"""Finds Graft's own error inside the errors that Spark wraps around it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from tasks import errors
from tasks.errors import GraftError, SetupError
from tasks.spark.failures import jvm_failure

# Said by pyspark's worker.
_PYTHONS = re.compile(
    r"Python in worker has different version \((\d+), (\d+)\) than that in driver (\d+\.\d+)"
)
_NO_CLASSES = "ClassNotFoundException: com.intel.analytics.bigdl.graft."
# Raised by Python or by the Scala of jvm/.
_RAISED = re.compile(r"(?:tasks\.errors|com\.intel\.analytics\.bigdl\.graft)\.(\w+): (.+)")


@contextmanager
def user_errors() -> Iterator[None]:
    """Raise an executor's error as a ``GraftError``, without Spark's traces."""
    try:
        yield
    except Exception as error:
        found = user_error(error)
        if found is None:
            raise
        raise found from None


def user_error(error: BaseException) -> GraftError | None:
    """Return the ``GraftError`` behind an error of Spark, or None if there is none.

    Args:
        error: raised by Spark on the driver; the executor's trace is in its text.
    """
    if isinstance(error, GraftError):
        return error
    found = _RAISED.search(str(error))
    kind = getattr(errors, found.group(1), None) if found else None
    if found and kind:
        raised: GraftError = kind(found.group(2).strip())
        return raised
    if _NO_CLASSES in str(error):
        return SetupError(
            "an executor has no compiled Scala of this version: run make setup in its environment, "
            "which must lie under the same path as the driver's"
        )
    if pythons := _PYTHONS.search(str(error)):
        return SetupError(
            f"the executors run Python {pythons[1]}.{pythons[2]} and the driver {pythons[3]}, "
            "expected the same: run make setup on every node with the same Python (PYTHON=...)"
        )
    return jvm_failure(str(error))
