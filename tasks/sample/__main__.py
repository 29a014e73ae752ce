"""The bundled sample: a data set and a checkpoint that need no network.

Run ``python -m tasks.sample --help`` for the commands. Everything follows from seeds, to the byte.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from PIL import Image

from tasks.networks.inception import INCEPTION_V1
from tasks.sample.archive import write_archive
from tasks.sample.checkpoint import write_checkpoint
from tasks.sample.dataset import contact_sheet, dataset_files
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.local_files import storage_errors
from tasks.storage.paths import Home

DATASET_ARCHIVE = "flowers.tar.gz"
CHECKPOINT_ARCHIVE = "inception_v1.tar.gz"
_VERSION = 1
_SHEET_COLOURS = 192


def make_sample(home: Home) -> LocalArtifact:
    """Return the sample's folder, which holds the two archives in the official layouts."""

    def make(folder: Path) -> None:
        # Another process draws while this one loads TensorFlow.
        with ProcessPoolExecutor(1) as pool:
            drawn = pool.submit(_write_dataset, folder)
            _write_checkpoint(folder)
            drawn.result()

    return build(home.samples, {"version": _VERSION}, make)


def _write_dataset(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        write_archive(folder / DATASET_ARCHIVE, dataset_files(Path(scratch)))


def _write_checkpoint(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        checkpoint = write_checkpoint(INCEPTION_V1, Path(scratch))
        write_archive(folder / CHECKPOINT_ARCHIVE, [checkpoint])


def sample_conf(sample: Path) -> dict[str, str]:
    """Return the params of a run on the sample."""
    return {
        "dataset_url": (sample / DATASET_ARCHIVE).as_uri(),
        "checkpoint_url": (sample / CHECKPOINT_ARCHIVE).as_uri(),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one of the sample's commands; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tasks.sample", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")
    commands.add_parser("make", help="make it below GRAFT_HOME and print a run's params as JSON")
    sheet = commands.add_parser("contact-sheet", help="write a PNG of pictures of every kind")
    sheet.add_argument("path", type=Path, metavar="PATH", help="the file to write")
    parsed = parser.parse_args(arguments)
    if parsed.command == "make":
        sample = make_sample(Home.from_environ())
        sys.stdout.write(f"{json.dumps(sample_conf(sample.path))}\n")
    else:
        _save_contact_sheet(parsed.path)
    return 0


def _save_contact_sheet(path: Path) -> None:
    with storage_errors(path):
        contact_sheet().quantize(_SHEET_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
