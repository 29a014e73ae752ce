"""Settles as one of Spark's Python workers does, and says what has changed."""

import gc
import importlib
import sys
import tempfile
import weakref
import zipfile
from pathlib import Path

from tasks.spark.python_worker import settle


class Knot:
    """Garbage that only the collector frees."""

    def __init__(self) -> None:
        self.itself = self


def zips() -> list[str]:
    return [path for path in sys.path_importer_cache if ".zip" in path]


with tempfile.TemporaryDirectory() as folder:
    archive = Path(folder) / "package.zip"
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("first.py", "value = 1")
        package.writestr("second.py", "value = 2")
    sys.path.insert(0, str(archive))
    importlib.import_module("first")
    knot = weakref.ref(Knot())
    cached = "a" if str(archive) in zips() else "no"
    print(f"before: {cached} zip is cached, {gc.get_freeze_count()} objects are frozen")
    settle()
    frozen = "objects" if gc.get_freeze_count() > 1000 else "none"
    print(f"after: {'a' if zips() else 'no'} zip is cached, {frozen} are frozen")
    if str(Path(__file__).parent) in sys.path_importer_cache:
        print("the folder of the program is still cached")
    if knot() is None:
        print("garbage was collected")
    if importlib.import_module("second").value == 2:
        print("imports from the zip still work")
