"""Description of a run's model as a version."""

from collections.abc import Sequence

from tasks.registry.event import Event
from tasks.registry.score import Score
from tasks.registry.state import Registry
from tasks.registry.version import Version
from tasks.runs.metrics import RunMetrics
from tasks.runs.record import exported
from tasks.storage.paths import Home


def version_of_run(home: Home, metrics: RunMetrics, registry: Registry) -> Version:
    """Return the version of a run's model: the one that it has, or the next.

    Args:
        home: where the run's record is.
        metrics: of the run.
        registry: gives the number.
    """
    known = registry.version_of_model(metrics.model.digest)
    export = exported(home.run(metrics.run_id))
    test = metrics.test
    return Version(
        number=known.number if known else registry.next_number,
        run_id=known.run_id if known else metrics.run_id,
        model=metrics.model.digest,
        export=export.digest if export else (known.export if known else None),
        network=metrics.network,
        dataset=metrics.digests.validation["dataset"],
        validation=Score.of(metrics.top1, metrics.records.validation),
        test=Score.of(test.top1, test.records) if test else None,
        trained_at=metrics.finished_at,
    )


def registration(registry: Registry, version: Version, who: str) -> Sequence[Event]:
    """Return the event that registers a version; none if it is registered as it is."""
    if registry.versions.get(version.number) == version:
        return ()
    return (
        Event(
            kind="registered",
            number=version.number,
            who=who,
            why=f"trained by {version.run_id}",
            run_id=version.run_id,
            version=version,
        ),
    )
