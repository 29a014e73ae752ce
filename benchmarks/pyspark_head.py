"""A head by the logistic regression of ``pyspark.ml``, on the files of features."""

from pathlib import Path
from typing import Any

import numpy as np

from tasks.features.bridge import Bridge
from tasks.features.store import feature_files
from tasks.models.head import Head

_STRENGTHS = (10.0, 3.2, 1.0, 0.32, 0.1, 0.032, 0.01, 0.0032)
_FOLDS = 5


def train_pyspark(bridge: Bridge, folder: Path, *, sweep: bool) -> Head:
    """Return a head with regParam 0.1 on standardised features, or by its CrossValidator."""
    from pyspark.ml.classification import LogisticRegression
    from pyspark.ml.evaluation import MulticlassClassificationEvaluator
    from pyspark.ml.functions import array_to_vector
    from pyspark.ml.tuning import CrossValidator, ParamGridBuilder
    from pyspark.sql import SparkSession
    from pyspark.sql.functions import col

    spark: Any = SparkSession(bridge.spark)
    table = spark.read.parquet(*map(str, feature_files(folder)))
    rows = table.select("label", array_to_vector(col("feature").cast("array<double>")).alias("x"))
    rows = rows.cache()
    solver = LogisticRegression(featuresCol="x", regParam=0.1, family="multinomial")
    if sweep:
        grid = ParamGridBuilder().addGrid(solver.regParam, list(_STRENGTHS)).build()
        judge = MulticlassClassificationEvaluator(metricName="logLoss")
        cross = CrossValidator(
            estimator=solver,
            estimatorParamMaps=grid,
            evaluator=judge,
            numFolds=_FOLDS,
            parallelism=bridge.spark.defaultParallelism,
        )
        model = cross.fit(rows).bestModel
    else:
        model = solver.fit(rows)
    rows.unpersist()
    weight = model.coefficientMatrix.toArray().astype(np.float32)
    return Head(weight, model.interceptVector.toArray().astype(np.float32))
