"""Needs of runs and artefacts: the artefacts they were made from or will look for again."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from tasks.dumps.description import PIPELINE_JSON
from tasks.housekeeping.item import RUNS, Item, Ref
from tasks.runs.metrics import METRICS
from tasks.storage.local_files import read_json_file
from tasks.storage.manifest import Manifest
from tasks.storage.paths import ARTIFACT_KINDS

References = Mapping[Ref, set[Ref]]

# Kind of the artefact that another one belongs to, and the field of the recipe that names it.
_OWNERS = {"parity": ("features", "features"), "exports": ("models", "model")}


def references(items: Iterable[Item]) -> References:
    """Return what every run and artefact needs, as far as it can be read."""
    listed = list(items)
    manifests = {item.ref: item.manifest for item in listed if item.manifest}
    found: dict[Ref, set[Ref]] = {}
    for item in listed:
        found.setdefault(item.ref, set()).update(_needs(item, manifests))
    # A comparison of engines belongs to the features that it compared, an export to its model.
    for ref, manifest in manifests.items():
        if ref.kind in _OWNERS:
            owner, field = _OWNERS[ref.kind]
            found.setdefault(Ref(owner, str(manifest.recipe.get(field))), set()).add(ref)
    return found


def reachable(roots: Iterable[Ref], graph: References) -> set[Ref]:
    """Return ``roots`` and all that they need, directly or not."""
    seen: set[Ref] = set()
    waiting = list(roots)
    while waiting:
        ref = waiting.pop()
        if ref not in seen:
            seen.add(ref)
            waiting.extend(graph.get(ref, ()))
    return seen


def _needs(item: Item, manifests: Mapping[Ref, Manifest]) -> Iterator[Ref]:
    recipe = item.manifest.recipe if item.manifest else {}
    if item.kind == RUNS and isinstance(item.path, Path):
        yield from _recorded(_read(path) for path in item.path.glob("steps/*.json"))
        yield from _recorded([_read(item.path / METRICS)])
    elif item.kind == "models" and isinstance(item.path, Path):
        metrics = _read(item.path / METRICS)
        yield from _recorded([metrics])
        yield from (_dump_of(path) for path in _values(metrics, "dumps"))
        dumps = recipe.get("dumps")
        for digests in dumps if isinstance(dumps, list) else ():
            yield from _digests(digests)
    elif item.kind == "dumps":
        # Of the data set, the recipe has the path.
        yield from _digests(recipe)
        if isinstance(item.path, Path):
            yield from _digests(_read(item.path / PIPELINE_JSON).get("digests"))
    elif item.kind in {"exports", "features", "weights"}:
        yield from _digests(recipe)
    elif item.kind in {"datasets", "checkpoints"}:
        # Data sets of older versions were made of archives, too.
        source = recipe.get("source", recipe.get("archive"))
        for ref, manifest in manifests.items():
            if ref.kind == "downloads" and manifest.recipe.get("sha256") == source:
                yield ref


def _digests(fields: Any) -> Iterator[Ref]:
    """Yield the artefacts of a record that has their digests, or paths that end in them."""
    for name, kind in (
        ("model", "models"),
        ("dataset", "datasets"),
        ("checkpoint", "checkpoints"),
        ("weights", "weights"),
    ):
        value = fields.get(name) if isinstance(fields, Mapping) else None
        if isinstance(value, str):
            yield Ref(kind, PurePosixPath(value).name)


def _recorded(contents: Iterable[Any]) -> Iterator[Ref]:
    """Yield the artefacts that a record has by path and digest, however deep."""
    for content in contents:
        if isinstance(content, dict):
            path, digest = content.get("path"), content.get("digest")
            if isinstance(path, str) and isinstance(digest, str):
                kind = PurePosixPath(path).parent.name
                if kind in ARTIFACT_KINDS:
                    yield Ref(kind, digest)
            yield from _recorded(content.values())
        elif isinstance(content, list):
            yield from _recorded(content)


def _dump_of(path: str) -> Ref:
    return Ref("dumps", PurePosixPath(path).name)


def _values(content: Mapping[str, Any], name: str) -> list[str]:
    found = content.get(name)
    return [str(value) for value in found.values()] if isinstance(found, dict) else []


def _read(path: Path) -> dict[str, Any]:
    """Return the content of a JSON file, nothing where there is none or it is damaged."""
    try:
        content = read_json_file(path)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
