"""Inputs of a benchmark: archives to measure on, an empty GRAFT_HOME, and dumps in it."""

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from deploy.environment import environment
from deploy.spark_conf_dir import write_spark_defaults
from tasks import steps
from tasks.datasets.dataset import SPLITS
from tasks.params.definitions import RunParams
from tasks.storage.locations import Location
from tasks.storage.paths import CHECKOUT, Home

_ARCHIVES = {"dataset": "flowers.tar.gz", "checkpoint": "inception_v1_2016_08_28.tar.gz"}


@dataclass(frozen=True)
class Inputs:
    """Artefacts that the measured programs read.

    Attributes:
        dataset: folder of the extracted data set.
        checkpoint: folder of the fetched checkpoint.
        dumps: folders of the dumps, by default of the training and the validation split.
    """

    dataset: Path
    checkpoint: Path
    dumps: tuple[Location, ...]


def add_sources(
    parser: argparse.ArgumentParser,
    *,
    dataset: str = _ARCHIVES["dataset"],
    required: bool = True,
) -> None:
    """Add the flags for the URLs of the archives.

    Args:
        parser: gets them.
        dataset: the file that is the data set among the fixtures.
        required: whether they have to be given where there are no fixtures.
    """
    for name, file in {**_ARCHIVES, "dataset": dataset}.items():
        default = fixture(file)
        parser.add_argument(
            f"--{name}",
            default=default,
            required=required and not default,
            help="URL of the archive",
        )


def fixture(file: str) -> str | None:
    """Return the URL of a file among the fixtures beside this checkout, if it is there."""
    path = CHECKOUT.parent / "shared" / "fixtures" / file
    return path.as_uri() if path.is_file() else None


@contextmanager
def scratch_home() -> Iterator[Home]:
    """Yield an empty GRAFT_HOME and set the variables of ``env.sh`` for it in this process."""
    with tempfile.TemporaryDirectory(prefix="graft-benchmark-") as folder:
        variables = environment({**os.environ, "GRAFT_HOME": folder})
        with patch.dict(os.environ, variables):
            home = Home.from_environ()
            write_spark_defaults(home)
            yield home


def prepare(params: RunParams, home: Home, splits: Sequence[str] = SPLITS) -> Inputs:
    """Run the steps before training."""
    archive = steps.download_dataset(params, home).path
    dataset = steps.extract_dataset(archive, params, home).path
    checkpoint = steps.fetch_checkpoint(params, home).path
    return Inputs(dataset, checkpoint, dump_splits(dataset, checkpoint, params, home, splits))


def dump_splits(
    dataset: Path,
    checkpoint: Path,
    params: RunParams,
    home: Home,
    splits: Sequence[str] = SPLITS,
) -> tuple[Location, ...]:
    """Return the folders of the dumps of splits, by default training and validation."""
    return tuple(steps.dump(split, dataset, checkpoint, params, home).path for split in splits)
