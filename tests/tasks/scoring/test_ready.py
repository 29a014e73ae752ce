"""Pictures made ready for an engine."""

from pathlib import Path

from support.sources import encoded, image
from tasks.datasets.entry import Entry, Loaded, PassedOver
from tasks.datasets.picture import prepare
from tasks.errors import DataError
from tasks.features.record_name import record_name
from tasks.networks.tensorflow import import_example
from tasks.scoring.ready import Passing, pickled, prepared_elements

PNG = encoded(image(1), "PNG")


def load(entry: Entry) -> Loaded:
    if entry.where == "none":
        raise PassedOver
    if entry.where == "record":
        raise DataError("record 3 has no feature 'image/encoded'")
    return Loaded(entry.data or b"", "", "own name" if entry.where == "named" else "")


def test_each_has_two_elements_and_a_bad_one_says_why(tmp_path: Path) -> None:
    entries = [
        Entry("ä.png", "ä.png", data=PNG),
        Entry("bad.jpg", "bad.jpg"),
        Entry("none", "none"),
        Entry("record", ""),
        Entry("named", "", data=PNG),
    ]
    elements = list(prepared_elements((entry, load) for entry in entries))
    assert [pickled(beside) for beside in elements[::2]] == [
        Passing("ä.png"),
        Passing("bad.jpg", "is empty, expected a picture"),
        Passing(None),
        Passing("record", "record 3 has no feature 'image/encoded'"),
        Passing("own name"),
    ]
    records = elements[1::2]
    assert [bool(record) for record in records] == [True, False, False, False, True]
    features = import_example().FromString(records[0]).features.feature
    assert features["image/encoded"].bytes_list.value[0] == prepare(PNG).data
    assert record_name(records[0]) == ""


def test_a_long_picture_is_scaled_down_as_it_was_for_training() -> None:
    large = encoded(image(1, (90, 60)), "PNG")
    _, record = prepared_elements([(Entry("a.png", "a.png", data=large), load)], max_side=64)
    features = import_example().FromString(record).features.feature
    assert features["image/encoded"].bytes_list.value[0] == prepare(large, 64).data
