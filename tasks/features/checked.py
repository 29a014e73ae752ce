"""Features and their parity check at the same time: a wrong engine is told in seconds."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from tasks.dumps.description import Dump
from tasks.errors import GraftError
from tasks.features.bridge import Bridge
from tasks.features.chunks import first_chunks, plan_chunks
from tasks.features.extraction import extract_chunks, extract_features
from tasks.features.parity import LeftOut, Parity, check_parity
from tasks.storage.artifact import Artifact
from tasks.storage.paths import Home


class CheckedExtraction:
    """Extraction of features, beside which the first of one split are checked.

    The check takes a core for as long as the reference needs for its records. The candidate's
    features of these records come first, and are kept.

    Args:
        bridge: the bridge to the JVM.
        engine: one of ``ENGINES``.
        home: where features live.
        checked: the split whose first features are compared.
        records: how many of them, at least; whole chunks are compared.
    """

    def __init__(
        self, bridge: Bridge, engine: str, home: Home, *, checked: Dump, records: int
    ) -> None:
        self._bridge = bridge
        self._engine = engine
        self._home = home
        self._checked = checked
        planned = plan_chunks(checked.shards, checked.records_per_chunk)
        self._chunks = first_chunks(planned, records)
        self._ours: Future[Any] = Future()
        self._pool = ThreadPoolExecutor(1)
        self._check = self._pool.submit(self._check_or_cancel)

    def features(self, dumps: Sequence[Dump]) -> list[Artifact]:
        """Return what ``extract_features`` does.

        Raises:
            ParityError: the engines disagree.
            GraftError: as ``extract_features`` does.
        """
        try:
            self._extract_first()
            return extract_features(self._bridge, dumps, self._engine, self._home)
        except BaseException as error:
            self._bridge.spark.cancelAllJobs()
            self._pool.shutdown()
            # A job that was cancelled because of the other one fails with no error of ours.
            if not isinstance(error, GraftError):
                self._check.result()
            raise

    def parity(self) -> Parity | LeftOut:
        """Wait for the check and return its result.

        Raises:
            ParityError: the engines disagree.
        """
        with self._pool:
            return self._check.result()

    def _extract_first(self) -> None:
        try:
            first = extract_chunks(
                self._bridge, self._checked, self._engine, self._home, self._chunks
            )
        except BaseException as error:
            self._ours.set_exception(error)
            raise
        self._ours.set_result(first)

    def _check_or_cancel(self) -> Parity | LeftOut:
        try:
            return check_parity(
                self._bridge,
                self._checked,
                candidate=self._engine,
                chunks=self._chunks,
                ours=self._ours.result,
                home=self._home,
            )
        except BaseException:
            # Features by an engine that misreads the network are of no use.
            self._bridge.spark.cancelAllJobs()
            raise
