"""What a user can choose about how a data set is made."""

from dataclasses import dataclass
from typing import Literal

from tasks.errors import ParamsError

Layout = Literal["auto", "folder", "list", "parquet", "tfrecord"]
BadPictures = Literal["fail", "skip"]


@dataclass(frozen=True)
class Options:
    """How a source becomes a data set.

    Attributes:
        data_layout: what the source is; ``auto`` looks.
        bad_pictures: whether a picture that cannot be used ends the step or is left out.
        max_bad: the largest share of pictures that ``skip`` leaves out.
        validation_share: of the pictures of a source without splits, about this share is for
            validation.
        test_share: and this for the test.
    """

    data_layout: Layout = "auto"
    bad_pictures: BadPictures = "fail"
    max_bad: float = 0.01
    validation_share: float = 0.1
    test_share: float = 0.0

    def __post_init__(self) -> None:
        """Check the two shares together; each by itself is bounded where params are read."""
        if not 0 < self.validation_share + self.test_share < 1:
            raise ParamsError(
                f"validation_share {self.validation_share:g} and test_share {self.test_share:g} "
                "leave nothing to learn from: expected less than 1 together"
            )
