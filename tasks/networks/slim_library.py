"""The TF-Slim image models library of this machine, read without running it.

The library is the folder ``research/slim`` of tensorflow/models, which no package has. The setting
``SLIM_PATH`` of the installation names it. Its networks are called ``slim:NAME``.
"""

import ast
import difflib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tasks.errors import ParamsError, SetupError
from tasks.storage.local_files import file_sha256
from tasks.storage.manifest import digest_of

SLIM_PATH = "SLIM_PATH"
PREFIX = "slim:"
#: The pattern of the names of the library's networks.
NAME = r"^slim:[A-Za-z0-9_]+$"

#: Networks of the library that take videos.
VIDEO = ("i3d", "s3dg")

FACTORY = Path("nets") / "nets_factory.py"
_PREPROCESSING = Path("preprocessing") / "preprocessing_factory.py"
_NEAR = 3
_TEST = re.compile(r"_test\.py$")


def library_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Return the library's folder.

    Raises:
        SetupError: ``SLIM_PATH`` is not set, or is not the folder of such a library.
    """
    given = (os.environ if environ is None else environ).get(SLIM_PATH, "")
    if not given:
        raise SetupError(
            f"{SLIM_PATH} is not set, expected the folder research/slim of "
            "https://github.com/tensorflow/models on the machine that runs the steps"
        )
    folder = Path(given).expanduser().absolute()
    if not folder.is_dir():
        raise SetupError(f"{SLIM_PATH} is {given!r}, and there is no such folder")
    if not (folder / FACTORY).is_file():
        raise SetupError(
            f"{SLIM_PATH} is {given!r}, which has no {FACTORY}; expected the folder research/slim "
            "of https://github.com/tensorflow/models"
        )
    return folder


def library_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return ``SLIM_PATH`` as every process understands it, whatever folder it runs in."""
    given = environ.get(SLIM_PATH, "")
    return {SLIM_PATH: str(Path(given).expanduser().absolute())} if given else {}


def library_names(folder: Path) -> list[str]:
    """Return the names in the library's table of networks, ``networks_map``.

    Raises:
        SetupError: the table cannot be read.
    """
    tables = _tables(folder / FACTORY)
    if "networks_map" not in tables:
        raise SetupError(
            f"{folder / FACTORY} has no table networks_map, expected names of networks"
        )
    return sorted(tables["networks_map"])


def library_preprocessing(folder: Path) -> dict[str, str]:
    """Return the module of the library that preprocesses for each network that it lists.

    Raises:
        SetupError: the library's file cannot be read.
    """
    path = folder / _PREPROCESSING
    return _tables(path).get("preprocessing_fn_map", {}) if path.is_file() else {}


def library_digest(folder: Path) -> str:
    """Return the digest of the code below ``nets``: of every Python file but the tests."""
    files = sorted(path for path in (folder / "nets").rglob("*.py") if not _TEST.search(path.name))
    return digest_of({str(path.relative_to(folder)): file_sha256(path) for path in files})


def check_name(name: str, folder: Path) -> None:
    """Raise a ``ParamsError`` if the library has no network of a name.

    Args:
        name: with ``slim:``.
        folder: the library's.
    """
    short, known = name.removeprefix(PREFIX), library_names(folder)
    if short in known:
        return
    near = difflib.get_close_matches(short, known, n=_NEAR)
    shown = " or ".join(f"'{PREFIX}{each}'" for each in near)
    hint = f"did you mean {shown}?" if near else f"it has {', '.join(known)}"
    raise ParamsError(f"network is {name!r}, which is not in networks_map of {folder}: {hint}")


def _tables(path: Path) -> dict[str, dict[str, str]]:
    """Return the dictionaries that a file assigns, their values as they are written."""
    try:
        tree = ast.parse(path.read_bytes(), path.name)
    except (OSError, SyntaxError, ValueError, RecursionError) as error:
        raise SetupError(f"{path} cannot be read: {error}") from None
    return dict(_assigned(tree))


def _assigned(tree: ast.Module) -> Iterator[tuple[str, dict[str, str]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            pairs = zip(node.value.keys, node.value.values, strict=True)
            named = {
                str(key.value): ast.unparse(value)
                for key, value in pairs
                if isinstance(key, ast.Constant)
            }
            yield from ((t.id, named) for t in node.targets if isinstance(t, ast.Name))
