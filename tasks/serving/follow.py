"""Follows the champion: a promoted model is loaded beside the old one and takes its place."""

import io
import logging
import threading
import time
from collections.abc import Callable

from tasks.errors import GraftError
from tasks.serving.find_model import FoundModel
from tasks.serving.served import Served, ServedModel

logger = logging.getLogger(__name__)

#: Seconds between two looks at the registry.
INTERVAL = 1.0


class Follower:
    """Thread that keeps a server's model the one that a registry names.

    Args:
        served: gets the model.
        find: returns the model to serve; None if there is none.
        interval: seconds between two calls of it.
        observe: is told of every model that was loaded, and of every one that could not be.
    """

    def __init__(
        self,
        served: Served,
        find: Callable[[], FoundModel | None],
        *,
        interval: float = INTERVAL,
        observe: Callable[[bool], None] = lambda _: None,
    ) -> None:
        self._served = served
        self._find = find
        self._interval = interval
        self._observe = observe
        self._failed: FoundModel | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="champion", daemon=True)

    def start(self) -> None:
        """Load what there is, in the thread, and look again and again from now on."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()
        self._thread.join()

    def look(self) -> None:
        """Load the model that is to be served, unless it is served already.

        The old model goes on if the new one cannot be used: the log and the server's status say
        why.
        """
        try:
            found = self._find()
            current = self._served.current
            if found == (current and current.found) or (found and found == self._failed):
                return
            self._replace(found)
        except (GraftError, OSError) as error:
            self._fail(str(error))
        except Exception:
            # A defect, which must not end the thread: the next champion may be a good one.
            logger.exception("the champion of %s cannot be looked up", self._served.name)

    def _replace(self, found: FoundModel | None) -> None:
        if found is None:
            logger.warning("%s has no champion any more: nothing is served", self._served.name)
            self._served.replace(None)
            return
        started = time.monotonic()
        self._served.loading = found.version
        try:
            self._served.replace(load(found))
        except GraftError:
            self._failed = found
            raise
        finally:
            self._served.loading = None
        self._served.problem = self._failed = None
        self._observe(True)
        logger.info(
            "serving version %d of %s, loaded in %.1f s from %s",
            found.version,
            self._served.name,
            time.monotonic() - started,
            found.folder,
        )

    def _fail(self, message: str) -> None:
        if message == self._served.problem:
            return
        self._served.problem = message
        self._observe(False)
        kept = self._served.current
        going_on = f"version {kept.found.version} goes on" if kept else "nothing is served"
        logger.error("%s; %s", message, going_on)

    def _follow(self) -> None:
        self.look()
        while not self._stopped.wait(self._interval):
            self.look()


def load(found: FoundModel) -> ServedModel:
    """Return a model that was loaded and has answered.

    Raises:
        DataError: it cannot be loaded, is no export, or has no answer.
        UnsupportedGraphError: TensorFlow does not take its graph.
    """
    model = ServedModel(found)
    try:
        warm_up(model)
    except GraftError:
        model.retire()
        raise
    return model


def warm_up(model: ServedModel) -> None:
    """Ask a model about a grey picture: TensorFlow optimises a graph when it is first run.

    Raises:
        DataError: it has no answer.
    """
    from PIL import Image

    output = io.BytesIO()
    Image.new("RGB", (64, 64), "grey").save(output, "JPEG")
    (answer,) = model.classifier.classify([output.getvalue()], heatmap=True)
    if isinstance(answer, GraftError):
        raise answer
