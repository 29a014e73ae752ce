"""Work of the process that talks to MLflow: runs, then versions, then aliases."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from filelock import FileLock

from tasks.errors import GraftError
from tasks.pipelines.names import name_of_run
from tasks.registry.history import read_registry, registry_folder
from tasks.registry.state import CHAMPION, PREVIOUS, Registry
from tasks.runs.metrics import METRICS
from tasks.runs.outcome import run_id_of
from tasks.storage.local_files import make_folder
from tasks.storage.paths import Home
from tasks.storage.use import hold
from tasks.tracking.content import read_content
from tasks.tracking.logged import Logged
from tasks.tracking.server import Server


def all_runs(home: Home, name: str) -> list[str]:
    """Return the ids of a pipeline's runs that trained to their end, the oldest first."""
    found = sorted(home.runs.glob(f"*/{METRICS}"), key=lambda path: path.stat().st_mtime)
    ids = [run_id for path in found if (run_id := _id(path.parent))]
    return [run_id for run_id in ids if name_of_run(run_id) == name]


def sync(home: Home, name: str, run_ids: Sequence[str], server: Server) -> Iterator[Logged]:
    """Log runs, register their models and set the aliases; yield what the server has of each run.

    The runs of the versions that have an alias are logged as well. What the server has already is
    not logged again.

    Args:
        home: where runs and registry are.
        name: of the registry, which is the registered model's name.
        run_ids: the runs.
        server: the server.
    """
    server.check()
    folder = registry_folder(home, name)
    make_folder(folder)
    # A task and a person may do it at once; MLflow would take the same run twice.
    with FileLock(folder / ".mlflow.lock"):
        registry = read_registry(home, name)
        named = registry.aliases()
        runs = [*run_ids, *(registry.versions[number].run_id for number in named.values())]
        versions: dict[int, str] = {}
        for run_id in dict.fromkeys(runs):
            logged = _log(home, run_id, registry, server)
            versions |= {logged.number: logged.version} if logged.version else {}
            yield logged
        for alias in (CHAMPION, PREVIOUS):
            # An alias must not stay with the version before; without the files, none has it.
            server.set_alias(alias, versions.get(named.get(alias, 0)))


def _log(home: Home, run_id: str, registry: Registry, server: Server) -> Logged:
    content = read_content(home, run_id)
    if content is None:
        return Logged(run_id, error=f"{home.run(run_id)} has no {METRICS}")
    run = server.log_run(content)
    version = next((v for v in registry.versions.values() if v.run_id == run_id), None)
    if version is None:
        return Logged(run_id, run)
    export = home.exports / version.export if version.export else None
    # Nobody deletes it while it is uploaded.
    if export is None or not hold(export):
        return Logged(run_id, run, number=version.number, error="the model's export is not there")
    registered = server.register(run, export, number=version.number, model=version.model)
    return Logged(run_id, run, registered, version.number)


def _id(folder: Path) -> str:
    try:
        return run_id_of(folder)
    except GraftError:  # of another version; graft verify names it
        return ""
