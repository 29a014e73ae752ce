"""Choices of the user about how a data set is made."""

from dataclasses import dataclass

from tasks.params.data import BadPictures, Layout


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
