"""The course of a conversion by Spark: listed, looked at, decided, written and given its name."""

import json
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from tasks.conversion.arguments import Conversion
from tasks.conversion.destination import Destination
from tasks.conversion.found import find_source
from tasks.conversion.listing import Listed
from tasks.conversion.looked import SCHEMA, scan_of
from tasks.conversion.looking import Place, look_at_files, look_at_records
from tasks.conversion.progress import counting
from tasks.conversion.reading import count_looked
from tasks.conversion.sketch import Sketch
from tasks.conversion.store import PictureStore
from tasks.conversion.table import SparkTable
from tasks.conversion.writing import Shards, write_shards
from tasks.datasets.bad_pictures import write_skipped
from tasks.datasets.convert import decide
from tasks.datasets.dataset import DESCRIPTION, LABELS, SKIPPED
from tasks.datasets.describe import describe
from tasks.datasets.entry import Found, Source
from tasks.datasets.shards import labels_text
from tasks.datasets.source_folder import FolderSource
from tasks.datasets.source_list import ListSource
from tasks.datasets.source_parquet import ParquetSource
from tasks.datasets.source_tfrecord import TfrecordSource
from tasks.errors import DataError
from tasks.spark.errors import user_errors
from tasks.spark.files import HadoopFiles
from tasks.storage.locations import location

logger = logging.getLogger(__name__)

_SHUFFLE_TASKS = "spark.sql.shuffle.partitions"
_ROWS_PER_TASK = 100_000


def convert_with_spark(spark: Any, wanted: Conversion) -> dict[str, Any]:
    """Make a data set with executors and return its description.

    Args:
        spark: the Spark context.
        wanted: from where, to where and how.

    Raises:
        DataError: the source or something in it is not as expected.
        ParamsError: there is something at the destination already.
        StorageError: the destination cannot be written.
    """
    from pyspark.sql import SparkSession

    source, target = location(wanted.source), location(wanted.destination)
    store = PictureStore(spark)
    destination = Destination(store, target)
    session = SparkSession(spark)
    try:
        with user_errors(), tempfile.TemporaryDirectory() as scratch:
            layout = wanted.options.data_layout
            root, listed, sketch, found = find_source(store, source, layout, Path(scratch))
            logger.info("%s: read as layout %s", source, found.layout)
            place = Place(root, destination.work, wanted.options.max_side)
            destination.begin()
            return _Conversion(store, session, place, destination).make(
                found, sketch, listed, wanted
            )
    except DataError as error:
        raise DataError(f"{source}: {error}") from error


class _Conversion:
    """One conversion, once it is known what the source is."""

    def __init__(
        self, store: PictureStore, session: Any, place: Place, destination: Destination
    ) -> None:
        self._store = store
        self._session = session
        self._place = place
        self._destination = destination
        self._files = HadoopFiles.of(store.spark)

    def make(
        self, source: Source, sketch: Sketch, listed: Listed, wanted: Conversion
    ) -> dict[str, Any]:
        """Make the data set and return its description."""
        looked = self._look(source, listed)
        reading = count_looked(self._session)
        # Spark's default is 200, however few rows there are.
        tasks = max(reading.pictures // _ROWS_PER_TASK, self._store.spark.defaultParallelism)
        self._session.conf.set(_SHUFFLE_TASKS, tasks)
        table = self._table(looked, reading.classes)
        decision = decide(source, sketch, reading, table, wanted.options)
        names = decision.class_names
        if isinstance(source, TfrecordSource) and decision.keeps_shards:
            shards = self._keep_shards(source)
        else:
            total = table.value("SELECT COUNT(*) FROM pictures")
            with counting(self._store.spark, "written", total) as done:
                shards = write_shards(
                    *(self._store, self._session, table, self._place),
                    class_names=names,
                    done=done,
                )
        folder = PurePosixPath("/")
        max_side = wanted.options.max_side
        described = describe(folder, source.layout, names, shards, table, decision.told, max_side)
        text = json.dumps(described, indent=2) + "\n"
        self._finish(table, names, text)
        return dict(json.loads(text))

    def _look(self, source: Source, listed: Listed) -> Any:
        from pyspark import StorageLevel

        with counting(self._store.spark, "read", source.total) as done:
            if isinstance(source, FolderSource | ListSource):
                rows = look_at_files(self._store, source, listed.files, self._place, done)
            elif isinstance(source, ParquetSource | TfrecordSource):
                rows = look_at_records(self._store, source, self._place, done)
            else:
                raise TypeError(source)
            frame = self._session.createDataFrame(rows, SCHEMA, verifySchema=False)
            looked = frame.persist(StorageLevel.DISK_ONLY)
            looked.createOrReplaceTempView("looked")
            # For the first counts, before it is known how many rows there are.
            self._session.conf.set(_SHUFFLE_TASKS, self._store.spark.defaultParallelism)
            looked.count()
        return looked

    def _table(self, looked: Any, classes: Sequence[Found]) -> SparkTable:
        from pyspark.sql.functions import broadcast, lit

        numbers = self._session.createDataFrame(
            [(json.dumps(each.label), number) for number, each in enumerate(classes)],
            "source STRING, source_label INT",
        )
        pictures = looked.where("kind = 'picture'").join(broadcast(numbers), "source")
        skipped = looked.where("kind = 'bad'").selectExpr("called AS name", "detail AS reason")
        return SparkTable(self._session, pictures.withColumn("label", lit(0)), skipped)

    def _keep_shards(self, source: TfrecordSource) -> Shards:
        query = "SELECT called, detail FROM looked WHERE kind = 'scan'"
        scans = {path: scan_of(detail) for path, detail in self._session.sql(query).collect()}
        self._store.copy(list(source.files), self._place.source, self._place.work)
        return {
            split or "": [(PurePosixPath("/", path), scans[path]) for path in paths]
            for split, paths in source.shards.items()
        }

    def _finish(self, table: SparkTable, class_names: tuple[str, ...], description: str) -> None:
        work = self._place.work
        with tempfile.TemporaryDirectory() as scratch:
            skipped = Path(scratch) / SKIPPED
            write_skipped(table, skipped)
            if skipped.exists():
                self._files.upload(skipped, work / SKIPPED)
        self._files.write(labels_text(class_names).encode(), work / LABELS)
        self._files.write(description.encode(), work / DESCRIPTION)
        self._files.delete(self._place.spills)
        self._destination.commit()
