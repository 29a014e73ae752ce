"""The Scala that set-up compiles."""

from pathlib import Path

import pytest

from tasks.errors import SetupError
from tasks.spark import runtime, scala_jar


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a ``jvm/`` of its own, and an environment to compile into."""
    monkeypatch.setattr(runtime, "CHECKOUT", tmp_path)
    monkeypatch.setattr("sys.prefix", str(tmp_path / "environment"))
    (tmp_path / "jvm").mkdir()
    (tmp_path / "jvm" / "One.scala").write_text("object One { val one = 1 }\n")
    return tmp_path


def test_compiles_once_and_again_when_it_changes(checkout: Path) -> None:
    first = scala_jar.compile_scala()
    made = first.stat().st_mtime_ns
    assert scala_jar.compile_scala() == first
    assert first.stat().st_mtime_ns == made
    (checkout / "jvm" / "Two.scala").write_text("object Two { val two = One.one + 1 }\n")
    second = scala_jar.compile_scala()
    assert list(first.parent.iterdir()) == [second]


def test_what_does_not_compile_is_shown(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "jvm" / "One.scala").write_text("object One { val one: Int = missing }\n")
    with pytest.raises(SetupError, match=r"does not compile:\n(.|\n)*not found: value missing"):
        scala_jar.compile_scala()
    assert scala_jar.main() == 1
    assert "One.scala" in capsys.readouterr().err
    assert not list((checkout / "environment" / "share" / "graft").iterdir())


def test_java_reads_paths_as_utf8_whatever_the_locale(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another locale it cannot start from a folder such as /home/bücher."""
    java = checkout / "bin" / "java"
    java.parent.mkdir()
    java.write_text('#!/bin/sh\necho "locale $LC_ALL" >&2\nexit 1\n')
    java.chmod(0o755)
    monkeypatch.setattr(scala_jar, "java_home", lambda: checkout)
    monkeypatch.setenv("LC_ALL", "C")
    with pytest.raises(SetupError, match=r"does not compile:\nlocale C.UTF-8"):
        scala_jar.compile_scala()
