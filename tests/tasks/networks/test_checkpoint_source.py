import re
from pathlib import Path

import pytest

from support.archives import pack
from support.damage import flip_byte
from tasks.errors import DataError
from tasks.networks.checkpoint_source import file_source
from tasks.storage.local_files import file_sha256

_TABLE = bytes.fromhex("57fb808b247547db")


@pytest.mark.parametrize(("name", "kept"), [("m.ckpt-7", "m.ckpt-7"), ("old", "old.ckpt")])
def test_a_checkpoint_by_itself_is_copied(tmp_path: Path, name: str, kept: str) -> None:
    (tmp_path / name).write_bytes(_TABLE)
    source = file_source(tmp_path / name, file_sha256(tmp_path / name))
    assert source.put(tmp_path / "to") == [tmp_path / "to" / kept]
    assert (tmp_path / "to" / kept).read_bytes() == _TABLE


def test_an_archive_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "m.ckpt").write_bytes(_TABLE)
    archive = pack(tmp_path / "a.tar", [tmp_path / "m.ckpt"])
    source = file_source(archive, file_sha256(archive))
    assert (source.name, source.put(tmp_path / "to")) == ("a.tar", [tmp_path / "to" / "m.ckpt"])


def test_a_file_that_changed_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.ckpt").write_bytes(_TABLE)
    source = file_source(tmp_path / "m.ckpt", file_sha256(tmp_path / "m.ckpt"))
    flip_byte(tmp_path / "m.ckpt")
    with pytest.raises(
        DataError, match=rf"^{re.escape(str(tmp_path))}/m\.ckpt has another content"
    ):
        source.put(tmp_path / "to")
