import json
import os
import shutil
from dataclasses import fields, replace
from pathlib import Path

import pytest

from support.damage import flip_byte
from support.locations import local
from tasks.dumps.description import (
    DUMP_FILES,
    FORMAT,
    FROZEN,
    GRAPH,
    PIPELINE_JSON,
    TENSORS,
    Dump,
    read_dump,
)
from tasks.errors import DataError
from tasks.storage.artifact import Artifact
from tasks.storage.locations import location
from tasks.storage.manifest import MANIFEST


class TestPipelineJson:
    def test_holds_every_field_but_the_path_and_its_format(self, tiny_dump: Path) -> None:
        content = json.loads((tiny_dump / PIPELINE_JSON).read_text())
        # Only a dump of a data set with test records has "test", and of scaled pictures "max_side".
        known = {field.name for field in fields(Dump)} - {"path", "test", "max_side"}
        assert set(content) == known | {"format"}
        assert content["format"] == FORMAT
        sizes = content["preprocessing"]["size"], content["feature_size"]
        assert (content["network"], *sizes) == ("tiny", 40, 6)

    def test_what_is_read_is_what_was_written(self, tiny_dump: Path, tmp_path: Path) -> None:
        shutil.copytree(tiny_dump, tmp_path / "copy", copy_function=os.link)
        (tmp_path / "copy" / PIPELINE_JSON).unlink()
        (tmp_path / "copy" / MANIFEST).unlink()
        dump = replace(read_dump(tiny_dump), max_side=512)
        (tmp_path / "copy" / PIPELINE_JSON).write_text(json.dumps(dump.as_json()))
        again = read_dump(tmp_path / "copy")
        assert again.path == tmp_path / "copy"
        assert again.as_json() == dump.as_json()
        assert again.max_side == 512
        assert again.shards == dump.shards

    def test_remote_shards_are_written_as_urls(self, tiny_dump: Path) -> None:
        shard = replace(
            read_dump(tiny_dump).shards[0], path=location("hdfs://host/data/a.tfrecord")
        )
        dump = replace(read_dump(tiny_dump), shards=(shard,))
        (written,) = json.loads(json.dumps(dump.as_json()))["shards"]
        assert written["path"] == "hdfs://host/data/a.tfrecord"
        assert written["bytes"] == shard.bytes


class TestNoDump:
    def test_a_folder_that_is_none(self, tmp_path: Path) -> None:
        message = rf"^{tmp_path} is not a dump: it has no pipeline.json; expected the folder that"
        with pytest.raises(DataError, match=message):
            read_dump(tmp_path)

    def test_no_folder(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"nowhere is not a dump: it has no pipeline\.json"):
            read_dump(tmp_path / "nowhere")

    @pytest.mark.parametrize("name", [GRAPH, TENSORS, FROZEN])
    def test_a_file_is_missing(self, name: str, tmp_path: Path) -> None:
        for kept in {PIPELINE_JSON, GRAPH, TENSORS, FROZEN} - {name}:
            (tmp_path / kept).touch()
        with pytest.raises(DataError, match=f"is not a dump: it has no {name}"):
            read_dump(tmp_path)

    @pytest.mark.parametrize(("content", "found"), [(None, "missing"), (b"new", "3 bytes long")])
    def test_a_shard_is_not_what_it_was(
        self, content: bytes | None, found: str, dumps: dict[str, Artifact], tmp_path: Path
    ) -> None:
        dump, shard = tmp_path / "dump", tmp_path / "shard"
        shutil.copytree(local(dumps["train"].path), dump, copy_function=os.link)
        fields = json.loads((dump / PIPELINE_JSON).read_text())
        (dump / PIPELINE_JSON).unlink()
        (dump / MANIFEST).unlink()
        fields["shards"][1]["path"] = str(shard)
        (dump / PIPELINE_JSON).write_text(json.dumps(fields))
        if content:
            shard.write_bytes(content)
        size = f"{fields['shards'][1]['bytes']:,}"
        message = f"^{dump} reads {shard}, which is {found}, expected {size} bytes as when it was"
        with pytest.raises(DataError, match=message):
            read_dump(dump)

    @pytest.mark.parametrize("name", DUMP_FILES)
    def test_a_flipped_byte(self, name: str, tiny_dump: Path, tmp_path: Path) -> None:
        shutil.copytree(tiny_dump, tmp_path / "dump")
        flip_byte(tmp_path / "dump" / name)
        with pytest.raises(DataError) as caught:
            read_dump(tmp_path / "dump")
        assert str(caught.value) == (
            f"{tmp_path}/dump/{name} has another content, by its SHA-256: it was changed after it "
            "was made; run the DAG again, which makes it anew"
        )

    def test_another_format(self, dumps: dict[str, Artifact], tmp_path: Path) -> None:
        for name in (PIPELINE_JSON, GRAPH, TENSORS, FROZEN):
            shutil.copyfile(local(dumps["train"].path) / name, tmp_path / name)
        fields = json.loads((tmp_path / PIPELINE_JSON).read_text())
        (tmp_path / PIPELINE_JSON).write_text(json.dumps({**fields, "format": 0}))
        message = (
            rf"^{tmp_path}/pipeline.json is damaged or of another version \(its format is 0, "
            rf"expected {FORMAT}\): dump it again"
        )
        with pytest.raises(DataError, match=message):
            read_dump(tmp_path)
