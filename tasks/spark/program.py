"""Program of a Spark job: its log, its flags, and one line for an error of the user's."""

import logging
from collections.abc import Callable, Sequence
from typing import TypeVar

from tasks.errors import GraftError
from tasks.visible import log_visibly

Config = TypeVar("Config")

_USER_ERROR = 2
_NOISY = ("py4j", "pyspark", "bigdl")


def run_program(
    arguments: Sequence[str],
    parse: Callable[[Sequence[str]], Config],
    run: Callable[[Config], None],
) -> int:
    """Run a job; return its exit status: 0, or 2 for an error that the user can mend.

    Args:
        arguments: the program's command line.
        parse: returns the job's configuration; may raise a ``GraftError``.
        run: runs the job. It imports what that needs: ``--help`` needs neither Spark nor BigDL.
    """
    log_visibly("%(asctime)s %(message)s", "%H:%M:%S")
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(logging.ERROR)
    try:
        run(parse(arguments))
    except GraftError as error:
        logging.getLogger(__name__).error("error: %s", error)  # noqa: TRY400 - a user's mistake
        return _USER_ERROR
    return 0
