"""Outcome of the scoring job for its submitter: the record of the scores, or the error.

The submitter sees no more of ``spark-submit`` than an exit status and a log.
"""

from tasks.runs.outcome import clear_outcome
from tasks.runs.typed_json import read_json
from tasks.scoring.record import ScoreRecord
from tasks.storage.local_files import storage_errors, write_json
from tasks.storage.paths import Home

_RECORD = "score.json"


def outcome_home(home: Home) -> Home:
    """Return where outcomes are: not among the runs that train, whose ids may be the same."""
    return Home(home.root / "scorings")


def clear_score(home: Home, run_id: str) -> None:
    """Remove the outcome of an earlier try of the same run."""
    ours = outcome_home(home)
    clear_outcome(ours, run_id)
    path = ours.run(run_id) / _RECORD
    with storage_errors(path):
        path.unlink(missing_ok=True)


def write_score(home: Home, run_id: str, record: ScoreRecord) -> None:
    """Write the job's last file: it exists if, and only if, all scores are there."""
    write_json(outcome_home(home).run(run_id) / _RECORD, record.as_json())


def read_score(home: Home, run_id: str) -> ScoreRecord | None:
    """Return the record that a job left, None if it left none.

    Raises:
        DataError: the file is damaged.
    """
    path = outcome_home(home).run(run_id) / _RECORD
    return read_json(ScoreRecord, path) if path.is_file() else None
