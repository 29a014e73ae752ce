"""``make bench-ingest``: pictures to a data set, against Keras and Hugging Face's datasets.

The pictures of the archive are laid out as a folder of JPEGs, of PNGs, and as a zip. Each
is made a data set of in a process of its own; Keras reads the folder once, and ``datasets`` makes
Parquet of it.
"""

import argparse
import json
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks.inputs import add_sources, scratch_home
from benchmarks.processes import Measured, measure
from tasks import steps
from tasks.datasets.dataset import SPLITS, read_dataset
from tasks.datasets.tfrecord import read_records
from tasks.networks.checkpoint import prefix_of
from tasks.networks.tensorflow import import_example
from tasks.params.definitions import RunParams
from tasks.storage.parallel import cores
from tasks.storage.paths import Home

_TIMES = 10
#: Who the programs in a process of their own are, and what is measured of them.
_PROGRAMS = {
    "jpeg folder": ("benchmarks.ingest_once", "jpeg"),
    "png folder": ("benchmarks.ingest_once", "png"),
    "zip": ("benchmarks.ingest_once", "jpeg.zip"),
    "jpeg folder, 10 x": ("benchmarks.ingest_once", "jpeg10"),
    "keras reads the folder": ("benchmarks.keras_folder", "jpeg"),
}


def main() -> int:
    """Measure and print rates and ratios."""
    parser = argparse.ArgumentParser(prog="make bench-ingest", description=__doc__)
    add_sources(parser, dataset="flowers_227.tar.gz", required=False)
    parser.add_argument("--hf-python", help="a Python that has the package datasets")
    options = parser.parse_args()
    given = options.dataset and options.checkpoint
    # The sample is drawn on this machine.
    params = (
        RunParams(dataset_url=options.dataset, checkpoint_url=options.checkpoint)
        if given
        else RunParams(source="sample")
    )
    with scratch_home() as home, tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        pictures = _lay_out(params, home, folder)
        rates, memory = _measure(folder, options.hf_python)
        rates["forward pass alone"] = _forward(params, home)
    source = options.dataset if given else "the sample"
    print(f"{pictures:,} pictures of {source}, {cores()} cores")
    for name, rate in rates.items():
        peak = f", {memory[name]:.0f} MiB" if name in memory else ""
        print(f"  {name:<34} {rate:>8,.0f} pictures/s{peak}")
    for line in _ratios(rates, memory):
        print(f"  {line}")
    return 0


def _ratios(rates: dict[str, float], memory: dict[str, float]) -> Iterator[str]:
    ours = rates["jpeg folder"]
    for other in ("forward pass alone", "keras reads the folder", "hugging face"):
        if other in rates:
            yield f"jpeg folder over {other}: {ours / rates[other]:.2f}"
    growth = memory["jpeg folder, 10 x"] / memory["jpeg folder"]
    yield f"memory at 10 x the pictures: {growth:.2f}"


def _measure(folder: Path, hf_python: str | None) -> tuple[dict[str, float], dict[str, float]]:
    rates, memory = {}, {}
    for name, (module, source) in _PROGRAMS.items():
        with tempfile.TemporaryDirectory() as out:
            done = measure([sys.executable, "-m", module, str(folder / source), out])
        rates[name], memory[name] = _result(done), max(done.peaks.values(), default=0.0)
    if hf_python:
        program = str(Path(__file__).with_name("hf_imagefolder.py"))
        with tempfile.TemporaryDirectory() as out:
            done = measure([hf_python, program, str(folder / "jpeg"), out], HF_HUB_OFFLINE="1")
        rates["hugging face"] = _result(done)
    return rates, memory


def _result(done: Measured) -> float:
    found: dict[str, Any] = json.loads(done.output.splitlines()[-1])
    return float(found["pictures"]) / float(found["seconds"])


def _forward(params: RunParams, home: Home) -> float:
    """Return the rate of TensorFlow's forward pass, which the feature stage cannot exceed."""
    prefix = prefix_of(steps.fetch_checkpoint(params, home).path)
    command = [sys.executable, "-m", "benchmarks.forward_only", str(prefix)]
    flags = ["--network", params.network, "--threads", str(cores()), "--images", "512"]
    return float(measure([*command, *flags]).output.splitlines()[-1])


def _lay_out(params: RunParams, home: Home, folder: Path) -> int:
    """Write the pictures in all layouts and return how many there are."""
    count = 0
    with zipfile.ZipFile(folder / "jpeg.zip", "w") as zipped:
        for label, data in pictures_of(params, home):
            name = f"class {label}/{count}"
            zipped.writestr(f"{name}.jpg", data)
            _write(folder / "jpeg" / f"{name}.jpg", data)
            png = BytesIO()
            Image.open(BytesIO(data)).save(png, "PNG")
            _write(folder / "png" / f"{name}.png", png.getvalue())
            for time in range(_TIMES):
                # A comment makes them different pictures to whoever compares bytes.
                comment = b"\xff\xfe\x00\x06%04d" % time
                _write(folder / "jpeg10" / f"{name}-{time}.jpg", data[:2] + comment + data[2:])
            count += 1
    return count


def pictures_of(params: RunParams, home: Home) -> Iterator[tuple[int, bytes]]:
    """Yield the label and the JPEG of every record that is for training or validation."""
    download = steps.download_dataset(params, home)
    dataset = read_dataset(steps.extract_dataset(download.path, params, home).path)
    parse = import_example().FromString
    for split in SPLITS:
        for shard in dataset.splits[split].shards:
            for record in read_records(Path(str(shard.path))):
                features = parse(record).features.feature
                (label,) = features["image/class/label"].int64_list.value
                (data,) = features["image/encoded"].bytes_list.value
                yield label, data


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
