"""The transformer in a pipeline of Spark's, against the scores of the job."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.dataset as ds
import pytest

from support.sources import encoded, image, pictures, write_folder
from tasks.errors import ParamsError
from tasks.spark.cluster import Cluster
from tasks.storage.paths import Home

FILES = {**pictures(2), "a.png": encoded(image(9), "PNG"), "bad.jpg": b"x"}


@pytest.fixture
def session(cluster: Cluster, graft_home: Home, monkeypatch: pytest.MonkeyPatch) -> Any:
    from pyspark.sql import SparkSession

    monkeypatch.setenv("GRAFT_HOME", str(graft_home.root))
    return SparkSession(cluster.context)


def test_a_saved_pipeline_gives_the_scores_of_the_job(
    session: Any, score: Any, trained: str, tmp_path: Path
) -> None:
    from pyspark.ml import Pipeline, PipelineModel
    from pyspark.ml.linalg import DenseVector

    from tasks.scoring.transformer import PictureClassifier

    source = write_folder(tmp_path / "in", FILES)
    record = score(source, tmp_path / "out", feature_engine="tensorflow")
    table = ds.dataset(str(tmp_path / "out"), format="parquet").to_table().to_pylist()
    expected = {row["name"]: row for row in table}
    rows = [(name, bytearray(content)) for name, content in FILES.items()]
    frame = session.createDataFrame([*rows, ("null", None)], "name STRING, photo BINARY")
    classifier = PictureClassifier(model=trained, inputCol="photo", errorCol="why")
    Pipeline(stages=[classifier]).fit(frame).save(str(tmp_path / "pipeline"))
    loaded = PipelineModel.load(str(tmp_path / "pipeline"))
    found = {row["name"]: row for row in loaded.transform(frame).collect()}
    assert set(found) == {*FILES, "null"}
    assert found.pop("null")["why"] == "is null, expected a picture"
    for name, row in found.items():
        if name == "bad.jpg":
            assert (row["prediction"], row["class"], row["probability"]) == (None, None, None)
            assert row["why"] == expected[name]["error"]
            continue
        assert isinstance(row["probability"], DenseVector)
        # The same graph on batches of other pictures.
        scores = expected[name]["scores"]
        np.testing.assert_allclose(row["probability"].toArray(), scores, rtol=0, atol=1e-5)
        assert record.class_names[int(row["prediction"])] == row["class"] == expected[name]["class"]
        assert row["why"] is None


def test_a_column_that_has_no_pictures_is_told(session: Any, trained: str) -> None:
    from tasks.scoring.transformer import PictureClassifier

    frame = session.createDataFrame([("a",)], "image STRING")
    with pytest.raises(ParamsError, match="inputCol is 'image', which is of the type string; exp"):
        PictureClassifier(model=trained).transform(frame)
    with pytest.raises(ParamsError, match="inputCol is 'photo', which is not there; expected a b"):
        PictureClassifier(model=trained, inputCol="photo").transform(frame)
    with pytest.raises(ParamsError, match="model is 'none', expected champion, previous, a versi"):
        PictureClassifier(model="none").transform(frame.selectExpr("cast(image as binary) image"))
