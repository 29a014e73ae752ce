"""Errors of a request, each with the status of its HTTP answer."""

from tasks.errors import GraftError


class RequestError(GraftError):
    """A request is not what it should be, or cannot be answered.

    Args:
        message: the line that the client gets.
        status: of the HTTP answer.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class NotServedError(RequestError):
    """There is no such model, version or label here."""

    def __init__(self, message: str) -> None:
        super().__init__(message, 404)


class BusyError(RequestError):
    """There is too much to do, or no model yet; the same request may be answered later."""

    def __init__(self, message: str, status: int = 503) -> None:
        super().__init__(message, status)
