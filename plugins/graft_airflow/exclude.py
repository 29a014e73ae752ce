"""The list of records to leave out, fetched for a run's training."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from graft_airflow.run import Run
from graft_airflow.source_connection import source_credentials
from tasks.download.credentials import NO_CREDENTIALS, Credentials


@dataclass(frozen=True)
class Fetched:
    """A list to exclude.

    Attributes:
        path: its file on this machine.
        digest: SHA-256 of its entries; None if it has none.
    """

    path: Path
    digest: str | None


def fetch_exclude(run: Run) -> Fetched | None:
    """Return the list of a run, None if the run names none.

    Raises:
        GraftError: the list cannot be fetched, or is not as expected.
    """
    if not run.params.exclude:
        return None
    from tasks.datasets.exclude_list import fetch_exclude_list, read_exclude_list

    path = fetch_exclude_list(run.params.exclude, run.home, _credentials(run, run.params.exclude))
    entries = read_exclude_list(path)
    return Fetched(path, entries.digest if len(entries) else None)


def _credentials(run: Run, place: str) -> Credentials:
    """Return the data set's credentials for a list of the same host, else none."""
    params = run.params
    try:
        same = urlsplit(place).netloc == urlsplit(params.dataset_url).netloc != ""
    except ValueError:
        return NO_CREDENTIALS  # fetching tells what is malformed
    return source_credentials(run, params.dataset_conn_id, place) if same else NO_CREDENTIALS
