"""Work of the steps but the training, from checked params and the artefacts of earlier steps."""

import dataclasses
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from tasks.datasets import extract as datasets
from tasks.datasets.fetch import as_url, fetch_source, require_outside, source_of
from tasks.datasets.options import options_of
from tasks.download.checkpoint import checkpoint_source, download_checkpoint
from tasks.download.credentials import NO_CREDENTIALS, Credentials
from tasks.download.download import download, downloaded_file
from tasks.download.folder import download_folder, is_folder
from tasks.download.kept import distrust
from tasks.download.listing import read_listing
from tasks.dumps.dump import dump_split
from tasks.dumps.engine_choice import engine_of_dump
from tasks.errors import DataError, GraftError, NetworkError, ParamsError
from tasks.model_files.fetch import fetch_model
from tasks.model_files.network import read_network
from tasks.model_files.options import Options as ModelOptions
from tasks.networks.checkpoint import keep_checkpoint
from tasks.networks.network import Network
from tasks.networks.registry import get_network
from tasks.params.definitions import RunParams, network_of_sample, replaced_by_sample
from tasks.params.network import FILE, NetworkParams
from tasks.registry.promote import Promotion, promote_run
from tasks.report.page import write_report
from tasks.storage.artifact import Artifact, LocalArtifact
from tasks.storage.manifest import read_manifest
from tasks.storage.paths import Home
from tasks.tracking.track import track_run

logger = logging.getLogger(__name__)

_GIB = 2**30
_WAY_OUT = (
    "without the Internet, give one that is on this machine as checkpoint_url, for example "
    "-p checkpoint_url=~/{}"
)


def download_dataset(
    params: RunParams, home: Home, credentials: Credentials = NO_CREDENTIALS
) -> LocalArtifact:
    """Download the data set, or list its folder; reuse what has not changed.

    Args:
        params: the run's.
        home: the folder of all artefacts.
        credentials: for the data set's source.
    """
    given = _sourced(params, home)
    require_outside(given.dataset_url, home.root)
    return fetch_source(
        given.dataset_url,
        home.downloads,
        given.dataset_sha256,
        credentials=credentials,
        max_bytes=_max_bytes(params),
    )


def extract_dataset(download: Path, params: RunParams, home: Home) -> LocalArtifact:
    """Check, split and convert what ``download_dataset`` left in ``download``."""
    options = options_of(params)
    with _distrusting(download, home):
        source = source_of(download)
        return datasets.extract_dataset(source, _sha256(download), home.datasets, options)


def fetch_checkpoint(
    params: RunParams, home: Home, credentials: Credentials = NO_CREDENTIALS
) -> LocalArtifact:
    """Download, unpack and check the checkpoint.

    Args:
        params: the run's.
        home: the folder of all artefacts.
        credentials: for the checkpoint's source.
    """
    if params.network == FILE:
        return _fetch_model_file(_sourced(params, home), home, credentials)
    # A network that cannot be built is told before its checkpoint is downloaded.
    network = network_of(params)
    given = _sourced(params, home)
    url = as_url(given.checkpoint)
    with _telling_way_out(url):
        downloaded = download_checkpoint(
            url,
            home.downloads,
            given.checkpoint_sha256,
            credentials=credentials,
            max_bytes=_max_bytes(params),
            ema=params.ema,
        )
    with _distrusting(downloaded.path, home):
        source = checkpoint_source(downloaded.path, url)
        kept = keep_checkpoint(source, network, home.checkpoints, ema=params.ema)
    return dataclasses.replace(kept, seconds=downloaded.seconds + kept.seconds)


def _fetch_model_file(params: RunParams, home: Home, credentials: Credentials) -> LocalArtifact:
    """Download a model of one's own and make a network of it."""
    url = as_url(params.checkpoint)
    with _telling_way_out(url):
        # A SavedModel is a folder.
        fetch = download_folder if is_folder(url, credentials) else download
        downloaded = fetch(
            url,
            home.downloads,
            params.checkpoint_sha256,
            credentials=credentials,
            max_bytes=_max_bytes(params),
        )
    with _distrusting(downloaded.path, home):
        model, sha256 = _model(downloaded.path), _sha256(downloaded.path)
        made = fetch_model(model, sha256, _model_options(params), home.checkpoints)
    return dataclasses.replace(made, seconds=downloaded.seconds + made.seconds)


def dump(split: str, dataset: Path, checkpoint: Path, params: RunParams, home: Home) -> Artifact:
    """Dump the pipeline of one split, and say which feature engine runs it.

    Raises:
        UnsupportedGraphError: ``feature_engine`` is bigdl, and it cannot run the network.
    """
    made = dump_split(
        split=split,
        dataset=dataset,
        checkpoint=checkpoint,
        network=network_of(params, checkpoint),
        batch_size=params.dump_batch_size,
        home=home,
    )
    engine = engine_of_dump(params.feature_engine, home.dumps / made.digest)
    logger.info("feature engine: %s", engine.clause())
    return made


def network_of(params: NetworkParams, checkpoint: Path | None = None) -> Network:
    """Return the network that a run uses, with its crop.

    Args:
        params: the run's.
        checkpoint: folder that ``fetch_checkpoint`` made; a model's file has its network there.

    Raises:
        ParamsError: a crop is given, and the network's preprocessing has none.
    """
    own = checkpoint if params.network == FILE else None
    network = read_network(own) if own else get_network(params.network)
    if params.crop is None:
        return network
    preprocessing = network.preprocessing
    if preprocessing.shorter_side is not None:
        raise ParamsError(
            f"crop is {params.crop}, but {network.name} scales a picture's shorter side to "
            f"{preprocessing.shorter_side} pixels and takes its middle: leave crop empty"
        )
    return dataclasses.replace(network, preprocessing=preprocessing.cropped(params.crop))


def promote_model(params: RunParams, home: Home, run_id: str, *, name: str, who: str) -> Promotion:
    """Register a run's model, promote it if the rule says so, and tell report and MLflow of it.

    Args:
        params: the run's.
        home: the folder of all artefacts.
        run_id: the run.
        name: of the run's pipeline and of its registry.
        who: who started it.
    """
    promotion = promote_run(home, name, run_id, params, who=who)
    if home.report(run_id).is_file():
        try:
            write_report(home, run_id)
        except GraftError as error:
            # The decision stands, and the step must not fail after it.
            logger.warning("the report does not tell the decision: %s", error)
    track_run(home, name, run_id)
    return promotion


def _sourced(params: RunParams, home: Home) -> RunParams:
    """Return the params with the URLs to use; make the bundled sample if it is the source."""
    if params.source == "urls":
        return params
    from tasks.sample.make import make_sample, sample_conf

    # A model's file has its own weights: only the pictures are the sample's.
    network = get_network(network_of_sample(params.network))
    sample = sample_conf(make_sample(home, network).path, network)
    unused = dict.fromkeys(replaced_by_sample(params.network))
    given = {name: value for name, value in sample.items() if name in unused}
    return params.model_copy(update={**unused, **given})


def _model(artifact: Path) -> Path:
    """Return the file or folder of a model that was downloaded."""
    listing = read_listing(artifact)
    return artifact / listing.root if listing else downloaded_file(artifact)


def _model_options(params: RunParams) -> ModelOptions:
    if params.preprocessing is None:
        raise ParamsError(f"preprocessing is empty, but network is {FILE}")
    return ModelOptions(params.preprocessing, params.feature_node, params.image_size)


def _sha256(archive: Path) -> str:
    return str(read_manifest(archive).recipe["sha256"])


def _max_bytes(params: RunParams) -> int | None:
    return None if params.max_download_gib is None else params.max_download_gib * _GIB


@contextmanager
def _telling_way_out(url: str) -> Iterator[None]:
    try:
        yield
    except NetworkError as error:
        way_out = _WAY_OUT.format(PurePosixPath(urlsplit(url).path).name)
        raise NetworkError(f"the checkpoint could not be downloaded: {error}; {way_out}") from None


@contextmanager
def _distrusting(archive: Path, home: Home) -> Iterator[None]:
    """Have a refused archive downloaded again by the next run."""
    try:
        yield
    except DataError:
        distrust(archive, home.downloads)
        raise
