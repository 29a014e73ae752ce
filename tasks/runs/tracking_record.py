"""Record of what MLflow has of a run: the file ``mlflow.json`` in the run's folder."""

from dataclasses import asdict, dataclass

from tasks.runs.typed_json import read_json
from tasks.storage.local_files import write_json
from tasks.storage.paths import Home

TRACKING = "mlflow.json"


@dataclass(frozen=True, kw_only=True)
class TrackingRecord:
    """Result of the last try to log a run to MLflow.

    Attributes:
        server: the tracking server, a URI without secrets.
        run: MLflow's id of the run; empty if the run is not logged.
        version: number of the registered model's version in MLflow; empty if there is none.
        error: why the run, or a part of it, is not logged; empty if all of it is.
    """

    server: str
    run: str = ""
    version: str = ""
    error: str = ""

    def sentence(self) -> str:
        """Return the result as a clause, without a full stop."""
        if self.error:
            return f"not logged to {self.server}: {self.error}; graft mlflow sync catches up"
        version = f", version {self.version}" if self.version else ""
        return f"logged to {self.server}: run {self.run}{version}"


def write_tracking(home: Home, run_id: str, record: TrackingRecord) -> None:
    """Write the record of a run.

    Raises:
        StorageError: the file cannot be written.
    """
    write_json(home.run(run_id) / TRACKING, asdict(record))


def read_tracking(home: Home, run_id: str) -> TrackingRecord | None:
    """Return the record of a run, None if MLflow was not in use.

    Raises:
        DataError: the file is damaged or lacks a field.
    """
    path = home.run(run_id) / TRACKING
    return read_json(TrackingRecord, path) if path.is_file() else None
