"""The folder of an installation's pipelines: a TOML file for each."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tasks.errors import ParamsError
from tasks.params.installation import PIPELINES, pipelines_folder
from tasks.params.parser import nearest
from tasks.pipelines.names import BUILT_IN
from tasks.pipelines.pipeline import Pipeline, built_in, parse_pipeline

ENDING = ".toml"
#: Most bytes of a file, and most files: every parse of the DAGs reads all of them.
MOST_BYTES = 64 * 1024
MOST_FILES = 200


@dataclass(frozen=True)
class Pipelines:
    """All that a folder has.

    Attributes:
        files: the file of every pipeline that is described well, by the pipeline's name, in the
            order of the files' names.
        pipelines: these pipelines by name.
        problems: for every file that is wrong a line: the file, the key and what was expected.
    """

    files: Mapping[str, Path]
    pipelines: Mapping[str, Pipeline]
    problems: tuple[str, ...]


def read_pipelines(environ: Mapping[str, str] | None = None) -> Pipelines:
    """Return the pipelines of the folder that ``GRAFT_PIPELINES`` names; none if it is not set.

    Hidden files, links, folders and files of other endings are not read.

    Args:
        environ: the installation's.
    """
    folder = pipelines_folder(environ)
    if folder is None:
        return Pipelines({}, {}, ())
    files: dict[str, Path] = {}
    pipelines: dict[str, Pipeline] = {}
    problems: list[str] = []
    try:
        # What is wrong with the whole installation is no mistake of a file.
        built_in(environ)
        paths = _paths(folder)
    except ParamsError as error:
        return Pipelines({}, {}, (str(error),))
    for path in paths:
        try:
            pipeline = read_pipeline(path, environ)
        except ParamsError as error:
            problems.append(str(error))
            continue
        name = pipeline.name
        if name in files:
            problems.append(f"{path}: name is {name!r}, as in {files[name].name}; expected another")
            continue
        files[name], pipelines[name] = path, pipeline
    return Pipelines(files, pipelines, tuple(problems))


def read_pipeline(path: Path, environ: Mapping[str, str] | None = None) -> Pipeline:
    """Return the pipeline of a file.

    Raises:
        ParamsError: the file cannot be read, or is wrong; the message names it.
    """
    try:
        return parse_pipeline(_content(path), path.name.removesuffix(ENDING), environ)
    except OSError as error:
        raise ParamsError(f"{path}: it cannot be read ({error.strerror})") from None
    except ParamsError as error:
        raise ParamsError(f"{path}: {error}") from None


def find_pipeline(name: str, environ: Mapping[str, str] | None = None) -> Pipeline:
    """Return the pipeline of a name, the built-in one or one of the folder.

    Raises:
        ParamsError: there is none, or its file is wrong.
    """
    if name == BUILT_IN:
        return built_in(environ)
    found = read_pipelines(environ)
    if name in found.pipelines:
        return found.pipelines[name]
    known = nearest(name, [BUILT_IN, *found.pipelines])
    raise ParamsError("; ".join([f"no pipeline {name!r}: {known}", *found.problems]))


def _content(path: Path) -> str:
    with path.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ParamsError(f"more than {MOST_BYTES:,} bytes, expected no more")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise ParamsError("no TOML: it is not UTF-8") from None


def _paths(folder: Path) -> list[Path]:
    """Return the files of a folder that describe pipelines, by name.

    Raises:
        ParamsError: it is no folder that can be read, or it has too many.
    """
    try:
        paths = sorted(_files(folder))
    except OSError as error:
        raise ParamsError(
            f"{PIPELINES} is {str(folder)!r}, expected a folder that can be read: {error.strerror}"
        ) from None
    if len(paths) > MOST_FILES:
        raise ParamsError(
            f"{PIPELINES} is {str(folder)!r}, which has {len(paths):,} files *{ENDING}, expected "
            f"{MOST_FILES} at most"
        )
    return paths


def _files(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            named = entry.name.endswith(ENDING) and not entry.name.startswith(".")
            if named and entry.is_file(follow_symlinks=False):
                yield folder / entry.name
