"""Answers to what a model's file does not say of itself."""

from dataclasses import dataclass

from tasks.errors import ParamsError
from tasks.networks.recipe import PREPROCESSINGS, Preprocessing


@dataclass(frozen=True)
class Options:
    """Facts that a user states about a model's file.

    Attributes:
        preprocessing: a name of ``PREPROCESSINGS``.
        feature_node: the node whose values are the features; None for the last pooled one.
        image_size: height and width of the input in pixels, where the model leaves them open.
    """

    preprocessing: str
    feature_node: str | None = None
    image_size: int | None = None

    def recipe(self, size: int) -> Preprocessing:
        """Return the preprocessing for an input of ``size`` x ``size`` pixels.

        Raises:
            ParamsError: the preprocessing has no picture that is so large.
        """
        found = PREPROCESSINGS[self.preprocessing](size)
        if found.shorter_side is not None and found.shorter_side < size:
            raise ParamsError(
                f"preprocessing is {self.preprocessing}, which scales a picture's shorter side to "
                f"{found.shorter_side} pixels, but the model takes {size} x {size}"
            )
        return found
