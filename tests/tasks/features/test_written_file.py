"""Files as the Scala says of them, a line each."""

import pytest

from tasks.features.written_file import WrittenFile, count_records, parse_written

A, B = "a" * 64, "b" * 64
FILES = [WrittenFile("s-0.parquet", 16, A), WrittenFile("s-1.parquet", 7, B)]


def test_every_line_is_a_file_in_its_order() -> None:
    assert parse_written(f"16\t{A}\ts-0.parquet\n7\t{B}\ts-1.parquet") == FILES


def test_a_name_may_have_any_character_but_the_end_of_a_line() -> None:
    (file,) = parse_written(f"1\t{A}\tünï\tcode 0.parquet")
    assert file.name == "ünï\tcode 0.parquet"


@pytest.mark.parametrize("lines", ["", "\n"])
def test_no_files_are_no_lines(lines: str) -> None:
    assert parse_written(lines) == []


def test_records_are_counted_over_all_files() -> None:
    assert count_records(FILES) == 23
    assert count_records([]) == 0
