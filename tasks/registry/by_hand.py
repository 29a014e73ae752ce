"""Promotion and roll-back by a person."""

from collections.abc import Sequence

from tasks.errors import DataError, ParamsError
from tasks.registry.describe import registration, version_of_run
from tasks.registry.event import Event
from tasks.registry.files import require_files
from tasks.registry.history import change_registry
from tasks.registry.state import Registry
from tasks.registry.version import Version
from tasks.runs.metrics import METRICS, RunMetrics
from tasks.runs.pipeline_run import pipeline_run
from tasks.storage.paths import Home
from tasks.whole_number import whole_number

_BY_HAND = "by hand"
#: Most characters of a reason that a person gives.
MOST_WHY = 1000


def promote(home: Home, name: str, label: str, *, who: str, why: str = "") -> Version:
    """Make a version the champion, whatever its accuracy, and return it.

    Args:
        home: where the registry is.
        name: of the registry.
        label: the version's number, or a run of the pipeline of this name, by its id or folder:
            its model.
        who: the person.
        why: the reason; ``by hand`` by default.

    Raises:
        ParamsError: there is no such version or run, the run belongs to another pipeline, or the
            version is the champion already.
        DataError: its files are gone or damaged.
    """
    chosen: list[Version] = []

    def change(registry: Registry) -> Sequence[Event]:
        version = _find(home, name, registry, label)
        if registry.champion and registry.champion.number == version.number:
            raise ParamsError(f"version {version.number} is the champion already")
        require_files(home, version)
        chosen.append(version)
        promoted = Event(kind="promoted", number=version.number, who=who, why=_reason(why))
        return *registration(registry, version, who), promoted

    change_registry(home, name, change)
    return chosen[0]


def roll_back(
    home: Home, name: str, *, who: str, why: str = "", number: int | None = None
) -> tuple[Version, Version]:
    """Make the previous champion the champion again; return who was it and who is it now.

    Args:
        home: where the registry is.
        name: of the registry.
        who: the person.
        why: the reason; ``by hand`` by default.
        number: the champion as the person knows it; None: whichever it is.

    Raises:
        ParamsError: there is nothing to roll back to, or another version is the champion.
        DataError: the previous version's files are gone or damaged.
    """
    versions: list[Version] = []

    def change(registry: Registry) -> Sequence[Event]:
        champion, previous = registry.champion, registry.previous
        if champion is None:
            raise ParamsError(f"nothing to roll back: no version of {name} was promoted yet")
        if number not in {None, champion.number}:
            raise ParamsError(
                f"version {number} is not the champion any more, version {champion.number} is"
            )
        if previous is None:
            raise ParamsError(
                f"nothing to roll back to: no version was the champion before version "
                f"{champion.number}"
            )
        require_files(home, previous)
        versions.extend([champion, previous])
        return [Event(kind="rolled back", number=champion.number, who=who, why=_reason(why))]

    change_registry(home, name, change)
    return versions[0], versions[1]


def _reason(why: str) -> str:
    given = " ".join(why.split())
    if len(given) > MOST_WHY:
        raise ParamsError(
            f"the reason has {len(given):,} characters, expected {MOST_WHY:,} at most"
        )
    return given or _BY_HAND


def _find(home: Home, name: str, registry: Registry, label: str) -> Version:
    if version := registry.versions.get(whole_number(label) or 0):
        return version
    folder = pipeline_run(home, name, label)
    if folder is None or not (folder / METRICS).is_file():
        raise ParamsError(
            f"there is no version and no run {label!r}: expected {_known(registry)}, or the id of "
            "a run that trained to its end"
        )
    metrics = RunMetrics.read(folder)
    if not metrics.model.digest:
        raise DataError(f"{folder} names no model")
    return version_of_run(home, metrics, registry)


def _known(registry: Registry) -> str:
    numbers = sorted(registry.versions)
    if not numbers:
        return "a version, of which there is none yet"
    return "version 1" if len(numbers) == 1 else f"a version from {numbers[0]} to {numbers[-1]}"
