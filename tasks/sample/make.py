"""Makes the bundled sample: a data set and a checkpoint as archives in the official layouts.

The sample needs no network. The same version has the same bytes on every machine.
"""

import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tasks.networks.inception import INCEPTION_V1
from tasks.networks.network import Network
from tasks.sample.archive import write_archive
from tasks.sample.checkpoint import write_checkpoint
from tasks.sample.dataset import dataset_files
from tasks.storage.artifact import LocalArtifact, build
from tasks.storage.paths import Home, safe_name

DATASET_ARCHIVE = "flowers.tar.gz"
#: Part of the sample's recipe: raise it when any byte of the archives changes.
VERSION = 1


def make_sample(home: Home, network: Network = INCEPTION_V1) -> LocalArtifact:
    """Return the sample's folder with its two archives, making it if it is not there.

    Args:
        home: where it is kept.
        network: gets random weights.

    Raises:
        StorageError: ``home`` cannot be written, or the disk is full.
    """

    def make(folder: Path) -> None:
        # A second process draws while this one imports TensorFlow.
        with ProcessPoolExecutor(1) as pool:
            drawn = pool.submit(_write_dataset, folder)
            _write_checkpoint(network, folder)
            drawn.result()

    others = {} if network == INCEPTION_V1 else {"network": network.identity}
    recipe = {"version": VERSION, **others}
    return build(home.samples, recipe, make, needs=(DATASET_ARCHIVE, checkpoint_archive(network)))


def checkpoint_archive(network: Network) -> str:
    """Return the name of the archive with a network's checkpoint."""
    return f"{safe_name(network.name)}.tar.gz"


def sample_conf(sample: Path, network: Network = INCEPTION_V1) -> dict[str, str]:
    """Return the params of a run on the sample in the folder ``sample``."""
    return {
        "dataset_url": (sample / DATASET_ARCHIVE).as_uri(),
        "checkpoint_url": (sample / checkpoint_archive(network)).as_uri(),
    }


def _write_dataset(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        write_archive(folder / DATASET_ARCHIVE, dataset_files(Path(scratch)))


def _write_checkpoint(network: Network, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        checkpoint = write_checkpoint(network, Path(scratch))
        write_archive(folder / checkpoint_archive(network), [checkpoint])
