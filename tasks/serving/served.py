"""The model that a server answers with, which can be replaced while requests are answered."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tasks.serving.classifier import Classifier
from tasks.serving.errors import BusyError, NotServedError, RequestError
from tasks.serving.find_model import FoundModel
from tasks.serving.saved_model import SavedModel
from tasks.whole_number import whole_number

CHAMPION = "champion"


class ServedModel:
    """A loaded model, freed when it was replaced and its last request is answered.

    Attributes:
        found: which one it is.
        model: the SavedModel.
        classifier: the same, asked about pictures.

    Args:
        found: the model to load.

    Raises:
        DataError: it cannot be loaded, or is no export.
        UnsupportedGraphError: TensorFlow does not take its graph.
    """

    def __init__(self, found: FoundModel) -> None:
        self.found = found
        self.model = SavedModel(found.folder)
        self.classifier = Classifier(self.model)
        self._requests = 0
        self._retired = False
        self._lock = threading.Lock()

    def take(self) -> None:
        """Keep the model loaded until ``leave`` is called."""
        with self._lock:
            self._requests += 1

    def leave(self) -> None:
        """Undo one ``take``."""
        with self._lock:
            self._requests -= 1
            done = self._retired and not self._requests
        if done:
            self.model.close()

    def retire(self) -> None:
        """Free the model as soon as nobody uses it."""
        with self._lock:
            self._retired = True
            idle = not self._requests
        if idle:
            self.model.close()


class Served:
    """The model of a server, by its name.

    Args:
        name: of the model, as requests have it.
        labelled: True if the model is the champion of a registry, so that requests may say so.
    """

    def __init__(self, name: str, *, labelled: bool) -> None:
        self.name = name
        self.labelled = labelled
        #: Why the newest champion is not served; None if it is.
        self.problem: str | None = None
        #: Version that is being loaded.
        self.loading: int | None = None
        self._current: ServedModel | None = None
        self._lock = threading.Lock()

    @property
    def current(self) -> ServedModel | None:
        """The model that answers now."""
        return self._current

    def replace(self, new: ServedModel | None) -> None:
        """Answer with another model from now on; requests that go on keep theirs."""
        with self._lock:
            old, self._current = self._current, new
        if old is not None:
            old.retire()

    @contextmanager
    def model(
        self, name: str, version: str | None = None, label: str | None = None
    ) -> Iterator[ServedModel]:
        """Yield the model that a request asks for; it stays loaded.

        Args:
            name: of the model.
            version: its number; by default any.
            label: its alias; by default any.

        Raises:
            RequestError: this server does not have it.
        """
        with self._lock:
            wanted = self._find(name, version, label)
            # Under the lock, or the model might be replaced and freed before.
            wanted.take()
        try:
            yield wanted
        finally:
            wanted.leave()

    def why_nothing(self) -> str:
        """Return why a server without a model answers no questions."""
        if self.loading is not None:
            return f"version {self.loading} of {self.name!r} is being loaded"
        return f"no model of {self.name!r} was promoted yet; graft promote ID promotes one"

    def require_name(self, name: str) -> None:
        """Raise a ``NotServedError`` if a request names another model."""
        if name != self.name:
            raise NotServedError(f"Servable not found for request: Latest({name})")

    def _find(self, name: str, version: str | None, label: str | None) -> ServedModel:
        self.require_name(name)
        if label is not None and not (self.labelled and label == CHAMPION):
            raise RequestError(f"Unrecognized servable version label: {label}")
        current = self._current
        if current is None:
            raise BusyError(self.problem or self.why_nothing())
        if version is not None and whole_number(version) != current.found.version:
            raise NotServedError(f"Servable not found for request: Specific({name}, {version})")
        return current
