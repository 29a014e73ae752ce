"""Choices of the user about how a data set is made."""

from dataclasses import dataclass, fields

from tasks.params.data import BadPictures, DataParams, Layout


@dataclass(frozen=True)
class Options:
    """Choices of how a source becomes a data set.

    Attributes:
        data_layout: what the source is; ``auto`` looks.
        bad_pictures: whether a picture that cannot be used ends the step or is left out.
        max_bad: the largest share of pictures that ``skip`` leaves out.
        max_side: pictures whose longer side is longer, in pixels, are scaled down to it; None:
            pictures keep their size.
        validation_share: of the pictures of a source without splits, about this share is for
            validation.
        test_share: and this for the test.
    """

    data_layout: Layout = "auto"
    bad_pictures: BadPictures = "fail"
    max_bad: float = 0.01
    max_side: int | None = None
    validation_share: float = 0.1
    test_share: float = 0.0


def options_of(params: DataParams) -> Options:
    """Return the choices that params hold."""
    return Options(**{field.name: getattr(params, field.name) for field in fields(Options)})
