"""The same pictures in several layouts, through the steps up to the two dumps."""

from pathlib import Path

import pytest

from support.sources import (
    CLASSES,
    FILES,
    contents,
    csv_list,
    json_list,
    labelled,
    parquet,
    shard,
    slim_record,
    write_folder,
    write_tar,
    write_zip,
)
from tasks import steps
from tasks.datasets.dataset import read_dataset
from tasks.dumps.description import Dump, dump_of_test, read_dump
from tasks.networks.network import Network
from tasks.params.definitions import RunParams
from tasks.storage.paths import Home

#: A split of every picture: of the eight of a class one is for the test, two are for validation.
SPLIT = {
    name: {"0": "test", "1": "validation", "2": "validation"}.get(Path(name).stem, "train")
    for name in FILES
}


def in_split(split: str) -> dict[str, bytes]:
    return {name: content for name, content in FILES.items() if SPLIT[name] == split}


def sources(folder: Path) -> dict[str, Path]:
    splits = ("train", "validation", "test")
    in_folders = {f"{SPLIT[name]}/{name}": content for name, content in FILES.items()}
    rows = [
        {"path": f"{SPLIT[name]}/{name}", "label": name.split("/")[0], "split": SPLIT[name]}
        for name in FILES
    ]
    return {
        "folder": write_folder(folder / "folder", in_folders),
        "zip": write_zip(folder / "p.zip", {f"pictures/{k}": v for k, v in in_folders.items()}),
        "tar": write_tar(folder / "flower_photos.tgz", in_folders),
        "csv": write_folder(folder / "csv", {**in_folders, "list.csv": csv_list(rows)})
        / "list.csv",
        "jsonl": write_folder(folder / "jsonl", {**in_folders, "list.jsonl": json_list(rows)})
        / "list.jsonl",
        "parquet": write_folder(
            folder / "parquet",
            {
                f"data/{split}-00000-of-00001.parquet": parquet(in_split(split), folder)
                for split in splits
            },
        ),
        "records": write_folder(
            folder / "records",
            {
                "labels.txt": "\n".join(CLASSES).encode(),
                **{
                    f"{split}-00000-of-00001": shard(
                        folder, *labelled(in_split(split), slim_record)
                    )
                    for split in splits
                },
            },
        ),
    }


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tiny_network: Network, tiny_checkpoint: Path) -> Path:
    """The checkpoint of a network that the steps take in the place of any other."""
    monkeypatch.setattr(steps, "get_network", lambda _: tiny_network)
    return tiny_checkpoint


def records_of(dump: Dump) -> list[tuple[str, int]]:
    return [(shard.path.name, shard.records) for shard in dump.shards]


def test_every_layout_comes_to_the_same_dumps(tiny: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    found = {}
    for name, place in sources(tmp_path).items():
        params = RunParams(source="urls", dataset_url=str(place), dump_batch_size=2)
        download = steps.download_dataset(params, home)
        dataset = steps.extract_dataset(download.path, params, home)
        train, validation = (
            read_dump(steps.dump(split, dataset.path, tiny, params, home).path)
            for split in ("train", "validation")
        )
        test = dump_of_test(validation)
        assert test, name
        assert dump_of_test(train) is None, name
        counts = (train.records, validation.records, test.records)
        assert counts == (15, 6, 3), name
        assert validation.digests["weights"] == train.digests["weights"]
        found[name] = (contents(read_dataset(dataset.path)), [*map(records_of, (train, test))])
    for name in ("zip", "tar", "csv", "jsonl"):
        assert found[name] == found["folder"], name
    # Names without folders of splits; records that need nothing stay in their own files.
    assert found["parquet"][0].keys() == found["folder"][0].keys()
    assert found["parquet"][1] == found["folder"][1]
    assert found["records"][1] == [[("train-00000-of-00001", 15)], [("test-00000-of-00001", 3)]]
