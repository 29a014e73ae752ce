"""Work of the steps before training, from checked params and the artefacts of earlier steps."""

import dataclasses
from pathlib import Path

from tasks.datasets import extract as datasets
from tasks.datasets.fetch import fetch_source, source_of
from tasks.datasets.options import Options
from tasks.download.download import download, downloaded_file
from tasks.dumps.dump import dump_split
from tasks.networks import checkpoint as checkpoints
from tasks.networks.registry import get_network
from tasks.params.definitions import SOURCE_PARAMS, RunParams
from tasks.storage.artifact import Artifact, LocalArtifact
from tasks.storage.manifest import read_manifest
from tasks.storage.paths import Home


def download_dataset(params: RunParams, home: Home) -> LocalArtifact:
    """Download the data set, or list its folder; reuse what has not changed."""
    given = _sourced(params, home)
    return fetch_source(given.dataset_url, home.downloads, given.dataset_sha256)


def extract_dataset(download: Path, params: RunParams, home: Home) -> LocalArtifact:
    """Check, split and convert what ``download_dataset`` left in ``download``."""
    options = Options(
        data_layout=params.data_layout,
        bad_pictures=params.bad_pictures,
        max_bad=params.max_bad,
        validation_share=params.validation_share,
        test_share=params.test_share,
    )
    return datasets.extract_dataset(source_of(download), _sha256(download), home.datasets, options)


def fetch_checkpoint(params: RunParams, home: Home) -> LocalArtifact:
    """Download, unpack and check the checkpoint."""
    given = _sourced(params, home)
    archive = download(given.checkpoint_url, home.downloads, given.checkpoint_sha256)
    fetched = checkpoints.fetch_checkpoint(
        downloaded_file(archive.path),
        _sha256(archive.path),
        get_network(params.network),
        home.checkpoints,
    )
    return dataclasses.replace(fetched, seconds=archive.seconds + fetched.seconds)


def dump(split: str, dataset: Path, checkpoint: Path, params: RunParams, home: Home) -> Artifact:
    """Dump the pipeline of one split."""
    return dump_split(
        split=split,
        dataset=dataset,
        checkpoint=checkpoint,
        network=get_network(params.network),
        batch_size=params.dump_batch_size,
        home=home,
    )


def _sourced(params: RunParams, home: Home) -> RunParams:
    """Return the params with the URLs to use; make the bundled sample if it is the source."""
    if params.source == "urls":
        return params
    from tasks.sample.make import make_sample, sample_conf

    unused = dict.fromkeys(SOURCE_PARAMS)
    return params.model_copy(update={**unused, **sample_conf(make_sample(home).path)})


def _sha256(archive: Path) -> str:
    return str(read_manifest(archive).recipe["sha256"])
