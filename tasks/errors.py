"""The few errors Graft raises on purpose.

Every message names the thing, the bad value and what was expected. An error that is not one of
these is a defect of Graft, not of its input.
"""


class GraftError(Exception):
    """What went wrong can be told in one line, and the user can do something about it."""


class ParamsError(GraftError):
    """A parameter or a command-line flag is unknown, of the wrong type or out of bounds."""


class TransientError(GraftError):
    """What may pass by itself; only these are worth a retry."""


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


class UnavailableError(SetupError):
    """Something that this machine cannot run, however it is set up."""


class ParityError(GraftError):
    """Two feature engines disagree on the same records."""
