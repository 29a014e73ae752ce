"""The table of pictures."""

from pathlib import Path

from tasks.datasets.index import Index, Row


def test_rows(tmp_path: Path) -> None:
    index = Index(tmp_path / "index")
    row = Row(b"a", 3, "train", b"u", b"s", 4, 5, 6, b"place", None)
    index.add([row, row], [("bad.jpg", "is empty")])
    assert index.value("SELECT COUNT(*) FROM pictures") == 2
    assert index.value("SELECT SUM(size) FROM pictures WHERE width = ?", 99) == 0
    assert index.run("UPDATE pictures SET size = 2 * size WHERE id = 1") == 1
    assert list(index.rows("SELECT name, split, size FROM pictures")) == [
        (b"a", "train", 12),
        (b"a", "train", 6),
    ]
    again = Index(tmp_path / "index")
    assert list(again.rows("SELECT * FROM skipped")) == [("bad.jpg", "is empty")]
    again.close()
    index.close()
