import math
from pathlib import Path

import pytest

from tasks.training.optimizer_log import (
    SetAside,
    best_set_aside,
    cut_log,
    finite_epochs,
    is_set_aside,
    read_epochs,
    read_resumed,
    read_set_aside,
)

LOCAL = [
    "[Epoch 1 16/48][Iteration 1][Wall Clock 0.152903213s] loss is 1.7286, iteration time is "
    "0.152903213s data fetch time is 0.0047s, train time 0.148s. Throughput is 104.6 record / "
    "second. ",
    "[Epoch 1 32/48][Iteration 2][Wall Clock 0.2s] loss is 1.2, iteration time is 0.05s data fetch "
    "time is 0.0047s, train time 0.148s. Throughput is 104.6 record / second. ",
    "[Epoch 1 48/48][Iteration 3][Wall Clock 0.25s] Top1Accuracy is Accuracy(correct: 191, count: "
    "350, accuracy: 0.5457142857142857)",
    "[Epoch 2 16/48][Iteration 4][Wall Clock 0.5s] loss is 0.5, iteration time is 0.05s data fetch "
    "time is 0.0047s, train time 0.148s. Throughput is 104.6 record / second. ",
    "[Epoch 2 48/48][Iteration 6][Wall Clock 1.25s] Top1Accuracy is Accuracy(correct: 200, count: "
    "350, accuracy: 0.5714285714285714)",
]
DISTRIBUTED = [
    "[Epoch 1 16/3320][Iteration 1][Wall Clock 0.5s] Trained 16.0 records in 0.19 seconds. "
    "Throughput is 84.2 records/second. Loss is 1.6. ",
    "[Epoch 1 3328/3320][Iteration 208][Wall Clock 1.0s] Trained 16.0 records in 0.19 seconds. "
    "Throughput is 84.2 records/second. Loss is 1.2. ",
    "[Epoch 1 3328/3320][Iteration 208][Wall Clock 1.2s] Top1Accuracy is Accuracy(correct: 191, "
    "count: 350, accuracy: 0.5457142857142857)",
]
NOISE = [
    "",
    "Start training",
    "[Epoch 1 0/48][Iteration 0][Wall Clock 0.0s] Cache thread models...",
    "[Wall Clock 1.2s] Epoch finished. Wall clock time is 1203.4 ms",
    "[Epoch 1 48/48][Iteration 3][Wall Clock 0.25s] Validate model...",
    "[Epoch 1 48/48][Iteration 3][Wall Clock 0.25s] Loss is (Loss: 1.0, count: 1, Average Loss: 1)",
]


def step(loss: str, form: int) -> str:
    """An iteration's line as the local optimiser words it, or the distributed one."""
    return [
        f"[Epoch 1 1/1][Iteration 1][Wall Clock 1.5E-4s] loss is {loss}, iteration time is 0.1s",
        f"[Epoch 1 1/1][Iteration 1][Wall Clock 1.5E-4s] Trained 16.0 records in 0.19 seconds. "
        f"Throughput is 84.2 records/second. Loss is {loss}. ",
    ][form]


END = (
    "[Epoch 1 1/1][Iteration 1][Wall Clock 2.5E-4s] Top1Accuracy is Accuracy(correct: 0, count: 9, "
)


class TestReadEpochs:
    def test_local_optimizer(self) -> None:
        first, second = read_epochs(LOCAL)
        assert (first.epoch, first.iteration, first.records, first.total) == (1, 3, 48, 48)
        assert (first.correct, first.count, first.top1) == (191, 350, 191 / 350)
        assert first.loss == pytest.approx((1.7286 + 1.2) / 2)
        assert (first.seconds, first.wall_clock_seconds) == (0.25, 0.25)
        assert second.loss == 0.5
        assert (second.seconds, second.wall_clock_seconds) == (1.0, 1.25)
        assert second.records_per_second == 48

    def test_distributed_optimizer(self) -> None:
        (epoch,) = read_epochs(DISTRIBUTED)
        assert (epoch.records, epoch.total, epoch.iteration) == (3328, 3320, 208)
        assert epoch.loss == pytest.approx(1.4)
        assert epoch.seconds == 1.2

    def test_other_lines_do_not_count(self) -> None:
        mixed = [line for pair in zip(LOCAL, [*NOISE, ""], strict=False) for line in pair]
        assert list(read_epochs([*NOISE, *mixed, *NOISE])) == list(read_epochs(LOCAL))

    def test_an_epoch_without_validation_is_not_one_yet(self) -> None:
        assert list(read_epochs(LOCAL[:2])) == []

    @pytest.mark.parametrize("form", [0, 1])
    @pytest.mark.parametrize(
        ("text", "value"),
        [("1.0E-4", 1e-4), ("1.25E7", 1.25e7), ("0.0", 0), ("Infinity", math.inf), ("12", 12)],
    )
    def test_numbers_as_java_prints_them(self, text: str, value: float, form: int) -> None:
        (epoch,) = read_epochs([step(text, form), END])
        assert epoch.loss == value
        assert epoch.seconds == 2.5e-4

    @pytest.mark.parametrize("form", [0, 1])
    def test_a_loss_that_is_no_number(self, form: int) -> None:
        (epoch,) = read_epochs([step("NaN", form), END])
        assert math.isnan(epoch.loss)

    def test_nothing(self) -> None:
        assert list(read_epochs([])) == []


RESUMED = "Training resumed after epoch 1"


class TestResumed:
    def test_the_clock_goes_on_where_it_was(self) -> None:
        # The second try's clock starts from 0 and is behind, at 0.1 s, when epoch 2 ends.
        again = [line.replace("Clock 1.25s", "Clock 0.1s") for line in LOCAL[3:]]
        first, second = read_epochs([*LOCAL[:3], RESUMED, *again])
        assert (first.epoch, first.wall_clock_seconds) == (1, 0.25)
        assert second.epoch == 2
        assert second.seconds == pytest.approx(0.1)
        assert second.wall_clock_seconds == pytest.approx(0.35)

    def test_twice(self) -> None:
        third = LOCAL[4].replace("[Epoch 2", "[Epoch 3")
        lines = [*LOCAL[:3], RESUMED, *LOCAL[3:], RESUMED.replace("1", "2"), LOCAL[3], third]
        epochs = list(read_epochs(lines))
        assert [epoch.epoch for epoch in epochs] == [1, 2, 3]
        assert [epoch.wall_clock_seconds for epoch in epochs] == [0.25, 1.5, 2.75]
        assert [epoch.seconds for epoch in epochs] == [0.25, 1.25, 1.25]
        assert read_resumed(lines) == [1, 2]

    def test_an_undisturbed_training(self) -> None:
        assert read_resumed(LOCAL) == []


class TestCutLog:
    def test_keeps_what_the_epoch_covers(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        log.write_text("\n".join([*NOISE, *LOCAL]) + "\n" + LOCAL[3][:30])
        cut_log(log, 1)
        assert log.read_text().splitlines() == [*NOISE, *LOCAL[:3], RESUMED]
        assert [path.name for path in tmp_path.iterdir()] == ["log"]

    def test_a_try_that_ended_no_epoch_leaves_no_trace(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        log.write_text("\n".join([*LOCAL[:3], RESUMED, LOCAL[3], ""]))
        cut_log(log, 1)
        assert log.read_text().splitlines() == [*LOCAL[:3], RESUMED]

    def test_an_old_writer_does_not_reach_the_new_log(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        log.write_text("\n".join([*LOCAL, ""]))
        with log.open("a") as killed:
            cut_log(log, 2)
            killed.write("late\n")
        assert "late" not in log.read_text()

    def test_keeps_the_epochs_line_on_the_records_set_aside(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        log.write_text("\n".join([*LOCAL[:3], aside(1, "0.5"), *LOCAL[3:], aside(2, "0.4"), ""]))
        cut_log(log, 1)
        assert log.read_text().splitlines() == [*LOCAL[:3], aside(1, "0.5"), RESUMED]


def aside(epoch: int, loss: str) -> str:
    """The line that the JVM's ``Patience`` writes."""
    return (
        f"[Epoch {epoch}][Iteration {3 * epoch}] Set aside: loss is {loss}, "
        "3 of 5 records are right"
    )


class TestSetAside:
    def write(self, folder: Path, *found: str) -> Path:
        log = folder / "log"
        lines = [aside(epoch, loss) for epoch, loss in enumerate(found, 1)]
        log.write_text("\n".join([*LOCAL, *lines, aside(9, "0.0")[:40]]))
        return log

    def test_every_measured_epoch(self, tmp_path: Path) -> None:
        log = self.write(tmp_path, "1.5E-4", "0.25")
        assert read_set_aside(log) == [SetAside(1, 3, 1.5e-4), SetAside(2, 6, 0.25)]

    @pytest.mark.parametrize(
        ("found", "best"),
        [
            (["0.5", "0.4", "0.4", "0.6"], 2),
            (["NaN", "0.7", "Infinity"], 2),
            (["0.1", "0.2"], 1),
        ],
    )
    def test_the_best_is_the_first_of_the_lowest_loss(
        self, tmp_path: Path, found: list[str], best: int
    ) -> None:
        measured = best_set_aside(self.write(tmp_path, *found))
        assert measured is not None
        assert measured.epoch == best

    @pytest.mark.parametrize("found", [[], ["NaN", "Infinity"]])
    def test_none_is_the_best(self, tmp_path: Path, found: list[str]) -> None:
        assert best_set_aside(self.write(tmp_path, *found)) is None

    def test_no_log(self, tmp_path: Path) -> None:
        assert read_set_aside(tmp_path / "log") == []

    def test_other_lines_are_of_other_kinds(self) -> None:
        assert is_set_aside(aside(1, "0.5"))
        assert not any(map(is_set_aside, [*LOCAL, *DISTRIBUTED, *NOISE]))
        assert list(read_epochs([*LOCAL[:3], aside(1, "7")])) == list(read_epochs(LOCAL[:3]))


class TestFiniteEpochs:
    def test_counts_up_to_the_first_loss_that_is_no_number(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        log.write_text("\n".join(LOCAL))
        assert finite_epochs(log) == 2
        log.write_text("\n".join(LOCAL).replace("loss is 0.5", "loss is NaN"))
        assert finite_epochs(log) == 1

    def test_no_log(self, tmp_path: Path) -> None:
        assert finite_epochs(tmp_path / "log") == 0
