"""The few errors Graft raises on purpose.

Every message names the thing, the bad value and what was expected. An error that is not one of
these is a defect of Graft, not of its input.
"""

from tasks.visible import visible

# What is quoted in a message, such as a name of 4,000 characters, must not hide what it says.
_LONGEST = 2000
_END = 500


class GraftError(Exception):
    """An error that one line explains and that the user can do something about.

    The message quotes names and texts from outside, so ``str`` of the error is visible text and has
    a bounded length, whoever shows it.

    Args:
        message: the line.
        details: more lines, as the last ones of a log.
    """

    def __init__(self, message: str = "", *details: str) -> None:
        super().__init__(message, *details)

    def __str__(self) -> str:
        # Cut first: visible text of a name of megabytes is several times as long.
        return "\n".join(_cut(visible(_cut(str(line)))) for line in self.args)


class ParamsError(GraftError):
    """A parameter or a command-line flag is unknown, of the wrong type or out of bounds."""


class TransientError(GraftError):
    """An error that may pass by itself; only these are worth a retry."""


class NetworkError(TransientError):
    """A source did not answer as it should."""


class ClusterError(TransientError):
    """Spark lost a part of itself: an executor, a worker, the master or the driver."""


class DataError(GraftError):
    """A data set, an archive or a checkpoint is not what it should be."""


class PictureError(DataError):
    """One picture cannot be used; the message goes on after the picture's name."""


class StorageError(GraftError):
    """A folder cannot be written: no permission, or no room left."""


class SetupError(GraftError):
    """The machine lacks something: Java, Spark, BigDL, a Spark connection."""


class EngineError(GraftError):
    """A feature engine cannot do the work that it is asked to do; another engine may."""


class UnavailableError(EngineError):
    """A feature engine does not run on this machine."""


class UnsupportedGraphError(EngineError):
    """A feature engine cannot run the graph of a dump."""


class UnsupportedRecordError(EngineError):
    """A feature engine cannot decode a record that is sound."""


class ParityError(GraftError):
    """Two feature engines disagree on the same records."""


def _cut(line: str) -> str:
    if len(line) <= _LONGEST:
        return line
    return f"{line[: _LONGEST - _END - 5]} ... {line[-_END:]}"
