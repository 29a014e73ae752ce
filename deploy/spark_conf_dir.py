"""``SPARK_CONF_DIR``: the settings of a ``spark-submit`` by hand."""

import re
import tempfile
from pathlib import Path

from tasks.spark.settings import submit_conf
from tasks.storage.local_files import storage_errors
from tasks.storage.paths import CHECKOUT, Home

SPARK_ENV = CHECKOUT / "conf" / "spark-env.sh"
# Spark's scripts do not quote the path of spark-env.sh.
_PLAIN = re.compile(r"[\w/.,+@%=:-]+")
_ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


def write_spark_defaults(home: Home) -> Path:
    """Write ``spark-defaults.conf`` and ``spark-env.sh``; return the first.

    Without the second, where the path does not allow it, the job has no pages on a local master.
    """
    lines = [f"{key} {value.translate(_ESCAPED)}\n" for key, value in submit_conf().items()]
    folder = home.spark_conf
    _write(folder / "spark-defaults.conf", "".join(lines))
    if _PLAIN.fullmatch(str(folder)):
        _write(folder / SPARK_ENV.name, SPARK_ENV.read_text(encoding="utf-8"))
    return folder / "spark-defaults.conf"


def _write(path: Path, content: str) -> None:
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # A random name: process ids repeat in containers that share GRAFT_HOME.
        with tempfile.TemporaryDirectory(dir=path.parent) as folder:
            aside = Path(folder) / path.name
            aside.write_text(content, encoding="utf-8")
            aside.replace(path)
