from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.registry import version
from support.trained import Model, write_features, write_trained
from tasks.errors import DataError, NetworkError
from tasks.models.head import Head
from tasks.registry.measure import measure
from tasks.registry.rule import Incomparable
from tasks.registry.version import Version
from tasks.runs.metrics import RunMetrics
from tasks.runs.promotion_record import Comparison
from tasks.storage.paths import Home

#: Answers the first class, whatever the features are.
ALWAYS_DAISY = Head(np.zeros((2, 2), np.float32), np.array([1, 0], np.float32))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def champion_of(metrics: RunMetrics) -> Version:
    dataset = metrics.digests.validation["dataset"]
    return version(3, model=metrics.model.digest, dataset=dataset)


class TestSameRecords:
    def test_the_predictions_tell(self, home: Home) -> None:
        old = write_trained(home, Model("old", [True, True, False, False]))
        new = write_trained(home, Model("new", [True, False, True, True], weights="another"))
        found = measure(home, new, champion_of(old))
        assert found == Comparison(
            champion=3,
            records=4,
            correct=3,
            champion_correct=2,
            only_new=2,
            only_champion=1,
            p_value=1.0,
        )

    def test_a_champion_that_was_measured_on_more(self, home: Home) -> None:
        old = write_trained(home, Model("old", [True, True, False, False]))
        # The new run left the last one out.
        new = write_trained(home, Model("new", [True, False, True]))
        found = measure(home, new, champion_of(old))
        assert isinstance(found, Comparison)
        assert (found.records, found.correct, found.champion_correct) == (3, 2, 2)
        assert found.about == "both were measured without the 1 record that the run left out"

    def test_a_champion_that_left_some_of_them_out(self, home: Home, tmp_path: Path) -> None:
        names = ["v0.jpg", "v1.jpg", "v2.jpg", "v3.jpg"]
        today = write_features(tmp_path / "today", [[0, 0]] * 4, [0, 1, 0, 1], names)
        then = Model("old", [True, True], head=ALWAYS_DAISY, features=(tmp_path, today))
        old = write_trained(home, then)
        new = write_trained(home, Model("new", [True] * 3, features=(tmp_path, today)))
        found = measure(home, new, champion_of(old))
        assert isinstance(found, Comparison)
        assert (found.records, found.correct, found.champion_correct) == (3, 3, 2)
        assert found.about == "the champion left some of these records out and was measured again"

    def test_a_champion_whose_files_are_gone(self, home: Home) -> None:
        new = write_trained(home, Model("new", [True]))
        found = measure(home, new, version(3, dataset="da7a"))
        assert isinstance(found, Incomparable)
        assert "predictions.parquet cannot be read" in found.reason

    def test_a_champion_that_was_changed(self, home: Home) -> None:
        old = write_trained(home, Model("old", [True]))
        new = write_trained(home, Model("new", [True]))
        (home.models / old.model.digest / "predictions.parquet").write_bytes(b"x")
        found = measure(home, new, champion_of(old))
        assert isinstance(found, Incomparable)
        assert "has 1 bytes, expected" in found.reason

    def test_a_new_model_that_was_changed_is_an_error(self, home: Home) -> None:
        old = write_trained(home, Model("old", [True]))
        new = write_trained(home, Model("new", [True]))
        (home.models / new.model.digest / "predictions.parquet").unlink()
        with pytest.raises(DataError, match=r"predictions\.parquet is missing"):
            measure(home, new, champion_of(old))


class TestChangedRecords:
    """Today there are four validation records, daisy, rose, daisy and rose."""

    @pytest.fixture
    def measured(self, home: Home, tmp_path: Path) -> Callable[..., Any]:
        def measured(
            trained_on: list[str] | None = None, names: list[str] | None = None, **changes: Any
        ) -> Comparison | Incomparable:
            """Measure a champion that answers daisy, trained on pictures of these names."""
            names = names or ["a.jpg", "b.jpg", "c.jpg", "d.jpg"]
            train = tmp_path / "train"
            if trained_on is not None:
                count = len(trained_on)
                write_features(train, [[0, 0]] * count, [0] * count, trained_on)
            today = write_features(tmp_path / "today", [[0, 0]] * 4, [0, 1, 0, 1], names)
            then = Model(
                "old", [True, True], dataset="yesterday", head=ALWAYS_DAISY, features=(train, today)
            )
            old = write_trained(home, replace(then, **changes))
            right = [True, True, True, False]
            new = write_trained(home, Model("new", right, names=names, features=(train, today)))
            return measure(home, new, champion_of(old))

        return measured

    def test_both_are_measured_on_todays(self, measured: Callable[..., Any]) -> None:
        found = measured(trained_on=["x.jpg"])
        assert (found.records, found.correct, found.champion_correct) == (4, 3, 2)
        assert (found.only_new, found.only_champion) == (1, 0)
        assert found.about == "the data set has changed: both were measured on today's records"

    def test_but_on_those_that_the_champion_was_trained_on(
        self, measured: Callable[..., Any]
    ) -> None:
        found = measured(trained_on=["a.jpg", "b.jpg", "x.jpg"])
        assert (found.records, found.correct, found.champion_correct) == (2, 1, 1)
        assert found.about.endswith("today's records but 2 that the champion was trained on")

    def test_a_champion_trained_on_all_cannot_be_compared(
        self, measured: Callable[..., Any]
    ) -> None:
        found = measured(trained_on=["a.jpg", "b.jpg", "c.jpg", "d.jpg"])
        assert found == Incomparable(3, "it was trained on all of today's validation records")

    def test_unknown_training_records_are_told(self, measured: Callable[..., Any]) -> None:
        found = measured()
        assert found.records == 4
        assert found.about.endswith("of which the champion may have been trained on some")

    def test_records_without_names_stay(self, measured: Callable[..., Any]) -> None:
        assert measured(trained_on=["", "b.jpg"], names=["", "b.jpg", "", ""]).records == 3

    def test_a_class_that_the_champion_does_not_know(self, measured: Callable[..., Any]) -> None:
        found = measured(trained_on=[], class_names=("tulip", "rose"))
        assert found.champion_correct == 0

    def test_metrics_of_a_version_that_recorded_less(self, measured: Callable[..., Any]) -> None:
        extra = {"digests": {split: {"dataset": "yesterday"} for split in ("train", "validation")}}
        assert measured(trained_on=[], extra=extra) == Incomparable(3, "its metrics lack 'weights'")

    def test_features_that_are_damaged(self, measured: Callable[..., Any], tmp_path: Path) -> None:
        (tmp_path / "today").mkdir()
        (tmp_path / "today" / "t-0.parquet").write_bytes(b"no Parquet")
        found = measured(trained_on=[])
        assert isinstance(found, Incomparable)
        assert "Parquet magic bytes not found" in found.reason

    def test_a_remote_home_that_does_not_answer_is_tried_again(
        self, measured: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> None:
            raise NetworkError("no answer")

        monkeypatch.setattr("tasks.registry.measure.todays_features", fail)
        with pytest.raises(NetworkError):
            measured(trained_on=[])

    def test_a_network_whose_dump_is_gone(self, measured: Callable[..., Any]) -> None:
        found = measured(trained_on=[], weights="another", dump=Path("/dumps/gone"))
        assert isinstance(found, Incomparable)
        assert "dumps/gone is not a dump: it has no pipeline.json" in found.reason
