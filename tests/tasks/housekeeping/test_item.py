"""Names by which runs and artefacts refer to each other."""

from pathlib import Path

from tasks.housekeeping.item import RUNS, Item, Ref
from tasks.storage.locations import RemotePath

DIGEST = "0123456789abcdef"


def test_an_artefact_is_named_after_its_kind_and_digest() -> None:
    assert Item("dumps", Path("/home/dumps") / DIGEST, 1, 0.0).ref == Ref("dumps", DIGEST)


def test_a_copy_elsewhere_has_the_same_name() -> None:
    """So that what needs the one keeps the other."""
    remote = Item("dumps", RemotePath("s3a://bucket/graft/dumps") / DIGEST, 1, 0.0)
    assert remote.ref == Item("dumps", Path("/home/dumps") / DIGEST, 1, 0.0).ref


def test_a_run_is_named_after_its_folder() -> None:
    assert Item(RUNS, Path("/home/runs/manual__1"), 1, 0.0).ref == Ref("runs", "manual__1")
