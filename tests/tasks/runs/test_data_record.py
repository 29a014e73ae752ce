from dataclasses import replace

from tasks.runs.data_record import DataRecord
from tasks.runs.typed_json import from_json

RECORD = DataRecord(
    layout="folder",
    class_counts={"train": (5, 3), "validation": (2, 0)},
    counts={"read": 1200, "skipped": 1},
    notes=("2 pictures stored anew as JPEG",),
    warnings=("left out with bad_pictures: skip: ...",),
)


def test_a_sentence_says_layout_counts_and_notes() -> None:
    assert RECORD.sentence() == (
        "read as folder, 1,200 pictures; 2 pictures stored anew as JPEG; 1 picture skipped; "
        "1 warning"
    )


def test_a_sentence_of_a_sound_data_set_is_short() -> None:
    sound = replace(RECORD, counts={}, notes=(), warnings=())
    assert sound.sentence() == "read as folder, 10 pictures"


def test_a_record_is_read_as_it_was_written() -> None:
    assert from_json(DataRecord, RECORD.as_json()) == RECORD
