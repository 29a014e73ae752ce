"""Spark ML transformer: a column of pictures in, classes and probabilities out.

It runs TensorFlow in the Python workers (the engine ``tensorflow``): a column passes from the JVM
to Python anyway, and the engine ``bigdl`` would need Graft's jar on the class path of a Spark that
other people start. So pyspark and TensorFlow are all that executors need; package, graph and head
are sent to them.
"""

from collections.abc import Iterator
from typing import Any

from pyspark.ml import Transformer  # noqa: TID253 - a class of Spark, for users of Spark
from pyspark.ml.param import Param, Params, TypeConverters  # noqa: TID253 - a class of Spark, for users of Spark
from pyspark.ml.param.shared import HasInputCol, HasPredictionCol, HasProbabilityCol  # noqa: TID253 - a class of Spark, for users of Spark
from pyspark.ml.util import DefaultParamsReadable, DefaultParamsWritable  # noqa: TID253 - a class of Spark, for users of Spark

from tasks.datasets.entry import Entry, Loaded
from tasks.dumps.description import Dump
from tasks.errors import ParamsError, PictureError
from tasks.features.answer import parse_answer
from tasks.features.frozen import share_frozen
from tasks.features.tensorflow_engine import answers_to
from tasks.registry.champion import FLOWERS
from tasks.scoring.model import load_model
from tasks.scoring.ready import pickled, prepared_elements
from tasks.scoring.rows import Rows, Scorer, score_rows
from tasks.spark.package import send_tasks
from tasks.storage.paths import Home

_SCHEMA = "prediction DOUBLE, class STRING, probability ARRAY<DOUBLE>, error STRING"


class PictureClassifier(
    Transformer,  # type: ignore[misc] # untyped
    HasInputCol,  # type: ignore[misc] # untyped
    HasPredictionCol,  # type: ignore[misc] # untyped
    HasProbabilityCol,  # type: ignore[misc] # untyped
    DefaultParamsReadable,  # type: ignore[misc] # untyped
    DefaultParamsWritable,  # type: ignore[misc] # untyped
):
    """Classifies pictures with a trained model of this machine's ``GRAFT_HOME``.

    Columns that ``transform`` adds: ``predictionCol``, the number of the most probable class as a
    double, as Spark's evaluators want it; ``classCol``, its name; ``probabilityCol``, a DenseVector
    in label order; ``errorCol``, why a picture has none of these, null for all others.

    >>> PictureClassifier(model="previous", inputCol="content")  # doctest: +SKIP

    Args:
        name: of the model in the registry, ``flowers`` by default.
        model: ``champion``, ``previous``, a version's number, a run, or a model's digest. It is
            looked up whenever pictures are classified: a pipeline that is saved with ``champion``
            follows the champion, one with a digest does not.
        inputCol: binary column of whole files: JPEG, PNG, WebP, GIF, BMP or TIFF.
    """

    model: Param[str] = Param(
        Params._dummy(), "model", "the model that classifies", TypeConverters.toString
    )
    name: Param[str] = Param(
        Params._dummy(), "name", "the model's name in the registry", TypeConverters.toString
    )
    classCol: Param[str] = Param(  # noqa: N815 - as Spark names them
        Params._dummy(), "classCol", "column of the class's name", TypeConverters.toString
    )
    errorCol: Param[str] = Param(  # noqa: N815 - as Spark names them
        Params._dummy(), "errorCol", "column of the reason", TypeConverters.toString
    )

    def __init__(self, **given: Any) -> None:
        super().__init__()
        self._setDefault(
            model="champion",
            name=FLOWERS,
            inputCol="image",
            predictionCol="prediction",
            probabilityCol="probability",
            classCol="class",
            errorCol="error",
        )
        self._set(**given)

    def _transform(self, dataset: Any) -> Any:
        from pyspark.ml.functions import array_to_vector
        from pyspark.sql.functions import col, pandas_udf, when

        spark = dataset.sparkSession.sparkContext
        # The copy of a dump that is on this machine, wherever executors find theirs.
        home, name = Home(Home.from_environ().root), self.getOrDefault(self.name)
        trained = load_model(home, self.getOrDefault(self.model), name=name)
        send_tasks(spark)
        dump = share_frozen(spark, trained.dump)
        scorer = spark.broadcast(Scorer(trained.head, trained.class_names, trained.digest))
        classify = pandas_udf(_classifier(dump, scorer), _SCHEMA)
        image = self._image_column(dataset)
        found = dataset.withColumn("_graft", classify(image))
        probability = col("_graft.probability")
        vector = when(probability.isNotNull(), array_to_vector(probability))
        columns = {
            self.getPredictionCol(): col("_graft.prediction"),
            self.getOrDefault(self.classCol): col("_graft.class"),
            self.getProbabilityCol(): vector,
            self.getOrDefault(self.errorCol): col("_graft.error"),
        }
        return found.withColumns(columns).drop("_graft")

    def _image_column(self, dataset: Any) -> Any:
        name = self.getInputCol()
        kinds = dict(dataset.dtypes)
        if kinds.get(name) != "binary":
            found = f"of the type {kinds[name]}" if name in kinds else "not there"
            raise ParamsError(
                f"inputCol is {name!r}, which is {found}; expected a binary column of whole files, "
                "such as content of spark.read.format('binaryFile')"
            )
        return dataset[name]


def _classifier(dump: Dump, scorer: Any) -> Any:
    import pandas as pd

    def classify(batches: Iterator[pd.Series]) -> Iterator[pd.DataFrame]:
        for images in batches:
            yield _frame(_rows(dump, scorer.value, images), scorer.value.class_names)

    return classify


def _rows(dump: Dump, scorer: Scorer, images: Any) -> Rows:
    entries = ((Entry(where="", name="", data=data), _load) for data in images)
    answered = list(answers_to(dump, prepared_elements(entries, dump.max_side)))
    passing = [pickled(beside) for beside in answered[::2]]
    answers = [parse_answer(answer) for answer in answered[1::2]]
    return score_rows(
        scorer,
        [one.name or "" for one in passing],
        [feature for feature, _ in answers],
        [one.error or reason for one, (_, reason) in zip(passing, answers, strict=True)],
    )


def _load(entry: Entry) -> Loaded:
    if entry.data is None:
        raise PictureError("is null, expected a picture")
    return Loaded(bytes(entry.data), "", "")


def _frame(rows: Rows, class_names: tuple[str, ...]) -> Any:
    import pandas as pd

    return pd.DataFrame(
        {
            "prediction": [None if label is None else float(label) for label in rows.labels],
            "class": [None if label is None else class_names[label] for label in rows.labels],
            "probability": [
                None if scores is None else scores.astype(float) for scores in rows.scores
            ],
            "error": rows.errors,
        }
    )
