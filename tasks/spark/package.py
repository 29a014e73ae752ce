"""The package ``tasks`` for Python workers, which do not see the checkout."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

from tasks.storage.paths import CHECKOUT

_ZIP = "tasks.zip"


def pack_tasks(folder: Path) -> str:
    """Zip the package into a folder and return the file."""
    package = folder / "package"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CHECKOUT / "tasks", package / "tasks", ignore=ignored)
    return shutil.make_archive(str(folder / Path(_ZIP).stem), "zip", package)


def send_tasks(spark: Any) -> None:
    """Send the package to the workers of a Spark context that another program started, once."""
    from pyspark import SparkFiles

    # Spark has no public list of them, and refuses another file of the same name.
    if _ZIP not in spark._python_includes:
        # Workers fetch the file from here; Spark deletes its folder when it stops.
        folder = Path(tempfile.mkdtemp(dir=SparkFiles.getRootDirectory()))
        spark.addPyFile(pack_tasks(folder))
