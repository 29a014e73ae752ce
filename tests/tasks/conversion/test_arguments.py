"""The command line of a conversion."""

from pathlib import Path

import pytest

from tasks.conversion.arguments import (
    Conversion,
    conversion,
    job_arguments,
    option_table,
    parse_job_arguments,
)
from tasks.datasets.options import Options
from tasks.errors import ParamsError


def test_what_the_job_reads_is_what_was_written() -> None:
    wanted = Conversion("s3a://b/-x y", "/out", Options(bad_pictures="skip", test_share=0.25))
    assert parse_job_arguments(job_arguments(wanted)) == wanted


def test_paths_are_from_the_root_and_urls_stay(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    wanted = conversion("in", "hdfs://h:8020/a b/", ["max_bad=0.5", " test_share = 0.1"])
    assert wanted.source == str(tmp_path / "in")
    assert wanted.destination == "hdfs://h:8020/a b/"
    assert wanted.options == Options(max_bad=0.5, test_share=0.1)


def test_a_password_in_a_url_is_not_taken() -> None:
    with pytest.raises(ParamsError, match="a hdfs:// URL has a password in it"):
        conversion("hdfs://me:secret@h/a", "/out", [])


def test_every_option_is_explained() -> None:
    assert {name for name, _ in option_table()} == set(Options.__dataclass_fields__)
