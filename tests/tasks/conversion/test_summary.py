"""The summary of a listing."""

import pytest

from tasks.conversion.summary import Summary, is_telling
from tasks.datasets.recognise import MOST_OPENED


def test_a_summary_holds_few_of_the_files_without_a_telling_name() -> None:
    one, other = Summary(), Summary()
    for number in range(MOST_OPENED + 5):
        one.note(f"a/{number:05d}.bin", 1)
        other.note(f"a/-{number:05d}.bin", 1)
    one.note("a/train.record", 7)
    merged = one.merge(other)
    assert merged.folders["a"].files == 2 * MOST_OPENED + 11
    assert len(merged.unnamed) == MOST_OPENED
    assert set(merged.sizes) == {*merged.unnamed, "a/train.record"}
    assert all(path.startswith("a/-") for path in merged.unnamed)


@pytest.mark.parametrize(
    ("path", "telling"),
    [("a/labels.txt", True), ("x.CSV", True), ("train.record", True), ("a/notes.txt", False)],
)
def test_names_that_tell_the_layout(path: str, telling: bool) -> None:
    assert is_telling(path) is telling
