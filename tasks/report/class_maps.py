"""Records that go to the process of ``tasks.report.heatmap_job`` and come from it, as JSON."""

from dataclasses import dataclass

from tasks.serving.region import Region

#: The process's input and output, in a folder of its own.
REQUEST, MAPS = "request.json", "maps.json"
#: Its exit status for a model that has no class activation maps.
WITHOUT_MAPS = 3


@dataclass(frozen=True)
class Request:
    """Input of the process.

    Attributes:
        model: folder of the SavedModel.
        pictures: their files.
        labels: for every picture, the classes whose maps are asked for.
        key: goes into the output.
    """

    model: str
    pictures: tuple[str, ...]
    labels: tuple[tuple[int, ...], ...]
    key: str = ""


@dataclass(frozen=True)
class PictureMaps:
    """Class activation maps of one picture.

    Attributes:
        maps: of each class that was asked for, rows of values.
        region: the part of the picture that they stand for.
    """

    maps: tuple[tuple[tuple[float, ...], ...], ...]
    region: Region


@dataclass(frozen=True)
class Maps:
    """Output of the process.

    Attributes:
        pictures: in the order of the request; None for one that the model does not take.
        key: of the request.
    """

    pictures: tuple[PictureMaps | None, ...]
    key: str = ""
