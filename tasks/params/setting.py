"""Params of a command line, written as ``NAME=VALUE``."""

from tasks.errors import ParamsError


def read_setting(text: str, *, example: str) -> tuple[str, str]:
    """Return name and value of a param that a user wrote.

    Args:
        text: the user's.
        example: a valid one, for the message.

    Raises:
        ParamsError: there is no ``=`` in it.
    """
    name, equals, value = text.partition("=")
    if not equals:
        # Not the text itself: a URL in it may hold a password.
        raise ParamsError(f"a param has no '=' in it, expected NAME=VALUE such as {example}")
    return name.strip(), value
