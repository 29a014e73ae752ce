"""A tiny model, loaded and served, for all tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.serving import Server, promote, running_server
from tasks.serving.classifier import Classifier
from tasks.serving.find_model import FoundModel
from tasks.serving.saved_model import SavedModel
from tasks.serving.served import Served, ServedModel
from tasks.storage.paths import Home


@pytest.fixture(scope="session")
def loaded(tiny_model: Path) -> SavedModel:
    return SavedModel(tiny_model)


@pytest.fixture(scope="session")
def classifier(loaded: SavedModel) -> Classifier:
    return Classifier(loaded)


@pytest.fixture
def served(tiny_model: Path) -> Served:
    """The tiny model as version 3 of flowers, the champion."""
    served = Served("flowers", labelled=True)
    served.replace(ServedModel(FoundModel(tiny_model, 3, "e3")))
    return served


@pytest.fixture(scope="session")
def server(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """``graft serve`` with the tiny model as champion, version 3, and small limits."""
    home = Home(tmp_path_factory.mktemp("served"))
    promote(home, 3, tiny_model)
    limits = ["--max-pictures", "4", "--max-body-mib", "1", "--max-megapixels", "0.5"]
    with running_server(home, *limits, "--allow-host", "graft.example") as running:
        running.wait_ready()
        yield running
