import numpy as np

from tasks.models.head import Head
from tasks.scoring.rows import Scorer, csv_table, parquet_table, score_rows

HEAD = Head(np.array([[1, 0], [0, 2], [0, 0]], np.float32), np.array([0, 0, 1], np.float32))
SCORER = Scorer(HEAD, ("a", "b", "c"), "m0de1")


def test_scores_are_the_softmax_of_the_head_and_bad_pictures_have_none() -> None:
    features = [np.array([3, 0], np.float32), None, np.array([0, 1], np.float32)]
    rows = score_rows(SCORER, ["x", "bad", "y"], features, ["", "is empty", ""])
    expected = np.exp([[3, 0, 1], [0, 2, 1]])
    expected /= expected.sum(axis=1, keepdims=True)
    found = np.stack([scores for scores in rows.scores if scores is not None])
    np.testing.assert_allclose(found, np.array(expected), rtol=1e-6)
    assert rows.labels == [0, None, 1]
    assert rows.errors == [None, "is empty", None]
    first, bad, _ = parquet_table(SCORER, rows).to_pylist()
    assert (first["name"], first["class"], first["model"]) == ("x", "a", "m0de1")
    assert first["score"] == max(first["scores"])
    assert bad == {
        "name": "bad",
        "class": None,
        "score": None,
        "scores": None,
        "model": "m0de1",
        "error": "is empty",
    }
    by_class = csv_table(SCORER, rows).to_pylist()
    assert [by_class[0][f"score_{name}"] for name in "abc"] == first["scores"]
    assert by_class[1]["score_a"] is None


def test_no_rows_and_only_bad_rows_have_the_same_columns() -> None:
    none = parquet_table(SCORER, score_rows(SCORER, [], [], []))
    bad = parquet_table(SCORER, score_rows(SCORER, ["bad"], [None], ["is empty"]))
    assert none.schema == bad.schema
    assert none.num_rows == 0
