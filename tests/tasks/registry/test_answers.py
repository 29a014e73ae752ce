from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from support.trained import Model, write_features, write_trained
from tasks.errors import DataError
from tasks.features.store import read_tables
from tasks.models.head import Head
from tasks.registry.answers import Answers, answers_of_head, answers_of_model, compare
from tasks.storage.paths import Home


def answers(right: list[bool], first: int = 0) -> Answers:
    numbers = range(first, first + len(right))
    return Answers(
        shard=["s"] * len(right),
        record=np.array(numbers, np.int64),
        name=[f"{number}.jpg" for number in numbers],
        right=np.array(right, np.bool_),
    )


def test_of_a_model_are_its_predictions(tmp_path: Path) -> None:
    home = Home(tmp_path)
    made = write_trained(home, Model("r", [True, False, True], names=["a", "", "c"]))
    found = answers_of_model(home.models / made.model.digest)
    assert found.right.tolist() == [True, False, True]
    assert found.record.tolist() == [0, 1, 2]
    assert found.name == ["a", "", "c"]


def test_of_a_model_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"predictions\.parquet cannot be read"):
        answers_of_model(tmp_path)


class TestOfAHead:
    @pytest.fixture
    def head(self) -> Head:
        """Answers with the larger of two features."""
        return Head(np.eye(2, dtype=np.float32), np.zeros(2, np.float32))

    def test_are_those_of_a_matrix_product(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(3)
        vectors = rng.standard_normal((50, 6)).astype(np.float32)
        labels = rng.integers(0, 3, 50)
        head = Head(
            rng.standard_normal((3, 6)).astype(np.float32),
            rng.standard_normal(3).astype(np.float32),
        )
        folder = write_features(tmp_path, vectors.tolist(), labels.tolist(), [""] * 50)
        tables = [read_tables(next(folder.iterdir()))]
        found = answers_of_head(head, tables, known_classes=tuple("abc"), class_names=tuple("abc"))
        for right, vector, label in zip(found.right, vectors, labels, strict=True):
            logits = [float(w @ vector + b) for w, b in zip(head.weight, head.bias, strict=True)]
            assert right == (logits.index(max(logits)) == label)

    def test_go_by_the_names_of_classes(self, head: Head, tmp_path: Path) -> None:
        """The head knows rose and daisy; the records are of daisy, lily and rose."""
        folder = write_features(tmp_path, [[0, 1], [0, 1], [1, 0], [0, 1]], [0, 1, 2, 2], [""] * 4)
        found = answers_of_head(
            head,
            [read_tables(next(folder.iterdir()))],
            known_classes=("rose", "daisy"),
            class_names=("daisy", "lily", "rose"),
        )
        assert found.right.tolist() == [True, False, True, False]

    def test_come_in_the_order_of_records(self, head: Head, tmp_path: Path) -> None:
        folder = write_features(tmp_path, [[1, 0], [0, 1]], [0, 0], ["a", "b"])
        table = read_tables(next(folder.iterdir()))
        found = answers_of_head(
            head,
            [table.slice(1), table.slice(0, 1)],
            known_classes=("x", "y"),
            class_names=("x", "y"),
        )
        assert found.record.tolist() == [0, 1]
        assert found.name == ["a", "b"]
        assert found.right.tolist() == [True, False]


def test_without_some_names() -> None:
    kept = answers([True, False, True]).without({"1.jpg"})
    assert (kept.name, kept.right.tolist()) == (["0.jpg", "2.jpg"], [True, True])
    unnamed = Answers(["s"], np.array([0]), [""], np.array([True]))
    assert len(unnamed.without({""}).right) == 1


class TestCompare:
    def test_counts_what_differs(self) -> None:
        rng = np.random.default_rng(7)
        new, champion = (rng.random(200) < share for share in (0.7, 0.8))
        found = compare(answers(new.tolist()), answers(champion.tolist()), number=3, about="x")
        table = [[int(np.sum((new == a) & (champion == b))) for b in (0, 1)] for a in (0, 1)]
        assert (found.only_new, found.only_champion) == (table[1][0], table[0][1])
        assert (found.correct, found.champion_correct) == (sum(table[1]), table[0][1] + table[1][1])
        expected = stats.binomtest(table[1][0], table[1][0] + table[0][1], 0.5).pvalue
        assert found.p_value == pytest.approx(expected, rel=1e-9)
        assert (found.champion, found.records, found.about) == (3, 200, "x")

    @pytest.mark.parametrize("champion", [answers([True]), answers([True, True], first=1)])
    def test_other_records_are_an_error(self, champion: Answers) -> None:
        with pytest.raises(
            DataError, match=r"its answers are on \d records, those of the new mode"
        ):
            compare(answers([True, False]), champion, number=3)

    def test_no_records_are_an_error(self) -> None:
        with pytest.raises(DataError, match="on 0 records"):
            compare(answers([]), answers([]), number=3)
