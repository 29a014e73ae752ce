"""``graft predict``."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.errors import USER_ERROR, one_line_errors
from deploy.predictions import show
from tasks.errors import ParamsError
from tasks.pipelines.names import BUILT_IN

if TYPE_CHECKING:
    from tasks.serving.predict import Result


@one_line_errors(USER_ERROR)
def predict(
    pictures: Annotated[
        list[str],
        typer.Argument(metavar="PICTURE|FOLDER|URL...", help="What to ask about."),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            metavar="ID|RUN|PATH",
            help="Ask this model instead of the champion: a version, a run, a digest or the path "
            "of a SavedModel.",
        ),
    ] = None,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="Name of the registry whose champion is asked.")
    ] = BUILT_IN,
    as_json: Annotated[bool, typer.Option("--json", help="Print an array of JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print a table of CSV.")] = False,
    top: Annotated[
        int, typer.Option(min=1, max=1000, metavar="K", help="The most classes of a picture.")
    ] = 3,
    heatmap: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write each picture there with its class activation map over it."
        ),
    ] = None,
) -> None:
    """Say what pictures show, with the champion or another model.

    Takes what a data set may hold: JPEG, PNG, WebP, GIF, BMP and TIFF. A bad picture is named and
    the rest goes on. The exit status is 0 if all are good, 1 if one is bad, 2 for an error that you
    can mend.
    """
    from tasks.serving.classifier import Classifier
    from tasks.serving.find_model import find_model, require_champion
    from tasks.serving.predict import predict as predict_all
    from tasks.serving.saved_model import SavedModel
    from tasks.serving.sources import find_sources
    from tasks.storage.paths import Home

    if as_json and as_csv:
        raise ParamsError("--json and --csv are given, expected one of the two")
    home = Home.from_environ()
    found = find_model(home, name, model) if model else require_champion(home, name)
    classifier = Classifier(SavedModel(found.folder))
    if heatmap and not classifier.has_heatmap:
        raise ParamsError(f"--heatmap is given, and {found.folder} has no class activation maps")
    sources = find_sources(pictures, home.downloads)
    results: Iterable[Result] = predict_all(classifier, sources, heatmap=heatmap is not None)
    if heatmap:
        results = _with_overlays(results, heatmap)
    raise typer.Exit(0 if show(results, top, as_json=as_json, as_csv=as_csv) else 1)


def _with_overlays(results: "Iterable[Result]", folder: Path) -> "Iterator[Result]":
    """Yield results, and write the picture of each with its heat map."""
    from tasks.serving.overlay import OverlayFolder, overlay

    written = OverlayFolder(folder)
    for result in results:
        if result.answer and result.picture:
            best = result.answer.ranking(1)[0][0]
            shown = overlay(result.picture.data, result.answer.map_of(best), result.answer.region)
            written.save(result.name, shown)
        yield result
