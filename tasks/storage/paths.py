"""Every path under ``GRAFT_HOME``; no other module builds such a path.

If ``GRAFT_HOME`` is a URL, it holds the files that Spark's executors read or write. All other files
lie below ``GRAFT_LOCAL`` on this machine.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tasks.storage.local_files import read_json_file
from tasks.storage.locations import Location, RemotePath, location

CHECKOUT = Path(__file__).resolve().parents[2]

REPORT = "report.html"
#: File of a run with the class activation maps in its report.
HEATMAPS = "heatmaps.json"
#: Kinds of artefacts, each after those that are made from it.
ARTIFACT_KINDS = (
    "exports",
    "models",
    "parity",
    "features",
    "dumps",
    "weights",
    "checkpoints",
    "datasets",
    "downloads",
    "samples",
)
_SHARED_KINDS = ("features", "dumps", "datasets")
_RUN_DIGITS = 8
_FOLDER_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._~-]{0,254}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Home:
    """The root of all artefacts.

    Attributes:
        root: an absolute path on this machine; the folder need not exist yet.
        remote: location of the files that executors read and write, unless it is ``root``.
    """

    root: Path
    remote: RemotePath | None = None

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Home":
        """Return the home that ``GRAFT_HOME`` names, by default ``work/`` in the checkout.

        Raises:
            ParamsError: ``GRAFT_HOME`` is a URL with a password in it.
        """
        current = os.environ if environ is None else environ
        home = location(current.get("GRAFT_HOME", ""))
        if isinstance(home, RemotePath):
            return cls(_root(current.get("GRAFT_LOCAL", "")), home)
        return cls(_root(str(home) if current.get("GRAFT_HOME") else ""))

    def environ(self) -> dict[str, str]:
        """Return the variables from which ``from_environ`` makes this home."""
        if self.remote is None:
            return {"GRAFT_HOME": str(self.root)}
        return {"GRAFT_HOME": str(self.remote), "GRAFT_LOCAL": str(self.root)}

    def shared(self, folder: Path) -> Location:
        """Return the location at which executors find the files of one of this home's folders.

        Args:
            folder: such as ``datasets``; it is returned as it is if this home is not remote.
        """
        return folder if self.remote is None else self.remote / folder.name

    def artifacts(self) -> dict[str, Path]:
        """Return the folders of all kinds of artefacts by their names, dependent kinds first."""
        return {kind: self.root / kind for kind in ARTIFACT_KINDS}

    def shared_artifacts(self) -> dict[str, RemotePath]:
        """Return the remote folders of the kinds that executors read; none if the home is local."""
        return {kind: self.remote / kind for kind in _SHARED_KINDS} if self.remote else {}

    @property
    def trash(self) -> Path:
        """Folder of all that ``graft gc`` is about to delete."""
        return self.root / ".trash"

    @property
    def airflow(self) -> Path:
        """``AIRFLOW_HOME`` of local runs: configuration, SQLite database and logs."""
        return self.root / "airflow"

    @property
    def ui(self) -> Path:
        """``AIRFLOW_HOME`` of ``make ui``; its scheduler must not see the runs of ``make run``."""
        return self.root / "ui"

    @property
    def spark_conf(self) -> Path:
        """``SPARK_CONF_DIR`` of jobs submitted by hand."""
        return self.root / "spark-conf"

    @property
    def downloads(self) -> Path:
        """Downloaded files, each in a folder named after the digest of its content."""
        return self.root / "downloads"

    @property
    def datasets(self) -> Path:
        """Extracted and checked data sets; a remote home gets a copy for the executors."""
        return self.root / "datasets"

    @property
    def checkpoints(self) -> Path:
        """Extracted and checked checkpoints."""
        return self.root / "checkpoints"

    @property
    def weights(self) -> Path:
        """A checkpoint's weights in the formats of BigDL and TensorFlow; dumps link to them."""
        return self.root / "weights"

    @property
    def dumps(self) -> Path:
        """Dumped pipelines: ``model.pb``, ``model.bin``, ``pipeline.json``; copied likewise."""
        return self.root / "dumps"

    @property
    def features(self) -> Path:
        """Extracted features as Parquet, shared with the executors."""
        return self.root / "features"

    @property
    def parity(self) -> Path:
        """Results of comparing the feature engines."""
        return self.root / "parity"

    @property
    def models(self) -> Path:
        """Trained heads with their metrics and predictions."""
        return self.root / "models"

    @property
    def exports(self) -> Path:
        """Models as TensorFlow SavedModels, to be served."""
        return self.root / "exports"

    @property
    def registry(self) -> Path:
        """Versions, aliases and promotions of models, a folder for every name."""
        return self.root / "registry"

    @property
    def scores(self) -> Path:
        """Scores of pictures, by digest of pictures and model; ``graft gc`` leaves them alone."""
        return self.root / "scores"

    @property
    def unpacked(self) -> Path:
        """Archives of pictures while they are scored."""
        return self.root / "unpacked"

    @property
    def snapshots(self) -> Path:
        """Snapshots of unfinished trainings, by digest of the model that they will make."""
        return self.root / "snapshots"

    @property
    def samples(self) -> Path:
        """The bundled sample's archives."""
        return self.root / "samples"

    @property
    def runs(self) -> Path:
        """A folder for every run."""
        return self.root / "runs"

    def run(self, run_id: str) -> Path:
        """Return the folder of one run, a child of ``runs``; another run has another.

        Older versions gave runs whose ids differ in punctuation one folder. Such a folder is
        returned if the run left its metrics there.
        """
        folder, older = self.runs / run_folder_name(run_id), self.runs / safe_name(run_id)
        if folder != older and not folder.exists() and _is_of(older, run_id):
            return older
        return folder

    def find_run(self, name: str) -> Path:
        """Return the folder of a run that is given by its id or by its folder's name."""
        folder = self.run(name)
        if not folder.exists() and _FOLDER_NAME.fullmatch(name):
            return self.runs / name
        return folder

    def report(self, run_id: str) -> Path:
        """Return the HTML page that reports a run's results."""
        return self.run(run_id) / REPORT

    def heatmaps(self, run_id: str) -> Path:
        """Return the class activation maps of the pictures in a run's report."""
        return self.run(run_id) / HEATMAPS


def _root(configured: str) -> Path:
    return Path(configured).expanduser().resolve() if configured else CHECKOUT / "work"


def _is_of(folder: Path, run_id: str) -> bool:
    """Return True if the metrics in a folder are those of a run."""
    try:
        metrics = read_json_file(folder / "metrics.json")
        return bool(metrics["run_id"] == run_id)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def run_folder_name(run_id: str) -> str:
    """Return the name of a run's folder: its id, or its id made safe and a digest of the id.

    No id that is taken as it is has a tilde, so that no two ids have one name.

    >>> run_folder_name("by_hand__2026-01-02")
    'by_hand__2026-01-02'
    >>> run_folder_name("manual__2026-01-02T03:04:05+00:00")
    'manual__2026-01-02T03_04_05_00_00~422e8745'
    """
    safe = safe_name(run_id)
    if safe == run_id:
        return run_id
    digest = hashlib.sha256(run_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{safe}~{digest[:_RUN_DIGITS]}"


def safe_name(name: str) -> str:
    """Return ``name`` as one file name of letters, digits, dots, dashes and underscores.

    >>> safe_name("manual__2026-01-02T03:04:05+00:00")
    'manual__2026-01-02T03_04_05_00_00'
    >>> safe_name("../..")
    'run'
    """
    return _UNSAFE.sub("_", name).strip("._")[:200] or "run"
