import re
from pathlib import Path

import pytest

from tasks.errors import DataError
from tasks.networks.checkpoint_files import (
    MAX_INDEX_BYTES,
    files_of,
    find_prefix,
    is_averaged,
    is_table,
    reader_name,
)


def files(folder: Path, *names: str) -> list[Path]:
    made = []
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        made.append(path)
    return made


@pytest.mark.parametrize(
    ("names", "prefix"),
    [
        (["inception_v1.ckpt"], "inception_v1.ckpt"),
        (["a/b/model.ckpt-7"], "a/b/model.ckpt-7"),
        (["a/m.ckpt.index", "a/m.ckpt.data-00000-of-00001", "a/m.ckpt.meta"], "a/m.ckpt"),
        (["m.ckpt-12.index", "m.ckpt-12.data-00000-of-00001", "graph.pbtxt"], "m.ckpt-12"),
    ],
)
def test_the_only_one_is_meant(tmp_path: Path, names: list[str], prefix: str) -> None:
    assert find_prefix("a.tar", files(tmp_path, *names), tmp_path) == prefix


def test_the_newest_is_the_one_that_the_file_checkpoint_names(tmp_path: Path) -> None:
    found = files(tmp_path, *(f"train/model.ckpt-{n}.index" for n in (9, 10)), "train/checkpoint")
    found[-1].write_text('model_checkpoint_path: "model.ckpt-9"\nall: "model.ckpt-10"\n')
    assert find_prefix("a.tar", found, tmp_path) == "train/model.ckpt-9"


def test_the_newest_may_be_missing(tmp_path: Path) -> None:
    found = files(tmp_path, "model.ckpt-1", "model.ckpt-2", "checkpoint")
    found[-1].write_text('model_checkpoint_path: "/tmp/../../etc/\x1b[2J"\n')
    with pytest.raises(DataError) as caught:
        find_prefix("a.tar", found, tmp_path)
    assert str(caught.value) == (
        r"a.tar: the file 'checkpoint' names '/tmp/../../etc/\x1b[2J' as the newest, which is not "
        "there; found: model.ckpt-1, model.ckpt-2"
    )


@pytest.mark.parametrize("state", ["", "garbage \udcff", "x" * (2**20 + 1)])
def test_several_without_a_word_on_the_newest(tmp_path: Path, state: str) -> None:
    found = files(tmp_path, *(f"model.ckpt-{n}" for n in range(12)), "checkpoint")
    found[-1].write_bytes(state.encode("utf-8", "surrogateescape"))
    with pytest.raises(DataError, match=r"should hold one checkpoint, .*model.ckpt-7 and 2 more$"):
        find_prefix("a.tar", found, tmp_path)


def test_an_index_is_not_read_if_it_is_large(tmp_path: Path) -> None:
    found = files(tmp_path, "m.ckpt.index")
    with found[0].open("wb") as stream:
        stream.truncate(MAX_INDEX_BYTES + 1)
    expected = "m.ckpt.index has 16,777,217 bytes, expected an index of at most 16,777,216"
    with pytest.raises(DataError, match=f"^{re.escape(expected)}$"):
        find_prefix("a.tar", found, tmp_path)


def test_a_single_file_is_a_pattern_to_tensorflow(tmp_path: Path) -> None:
    (single,) = files(tmp_path, "a[1]*?.ckpt")
    assert reader_name(single) == f"{tmp_path}/a[[]1][*][?].ckpt"
    assert reader_name(tmp_path / "v2[1].ckpt") == f"{tmp_path}/v2[1].ckpt"


def test_files_of_macos_are_none(tmp_path: Path) -> None:
    found = files(tmp_path, "inception_v1.ckpt", "._inception_v1.ckpt")
    assert find_prefix("a.tar", found, tmp_path) == "inception_v1.ckpt"


@pytest.mark.parametrize("ema", [True, False])
def test_averages_in_a_folder_of_their_own(
    tmp_path: Path, ema: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    names = [
        f"v3/{place}.{end}"
        for place in ("ema/model-5", "pristine/model.ckpt-5")
        for end in ("index", "data-00000-of-00001", "meta")
    ]
    prefix = find_prefix("a.tar", files(tmp_path, *names), tmp_path, ema=ema)
    assert prefix == ("v3/ema/model-5" if ema else "v3/pristine/model.ckpt-5")
    assert is_averaged(prefix) is ema
    said = "a.tar: moving averages are in v3/ema/model-5, which is not used; ema: true uses it"
    assert (said in caplog.messages) is not ema
    assert files_of(prefix, names) == names[:2] if ema else names[3:5]


def test_variables_of_a_saved_model_are_not_meant(tmp_path: Path) -> None:
    names = ["m/variables/variables.index", "m/variables/variables.data-00000-of-00001"]
    found = files(tmp_path, *names)
    assert find_prefix("a.tar", found, tmp_path) == "m/variables/variables"
    assert find_prefix("a.tar", [*found, *files(tmp_path, "a.ckpt")], tmp_path) == "a.ckpt"


def test_a_file_that_is_a_checkpoint(tmp_path: Path) -> None:
    path = tmp_path / "a"
    for content, found in ((b"", False), (b"x", False), (bytes.fromhex("57fb808b247547db"), True)):
        path.write_bytes(content)
        assert is_table(path) is found
