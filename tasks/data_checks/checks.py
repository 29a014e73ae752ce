"""All checks of a data set, from its records and their features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.data_checks.label_errors import find_label_errors
from tasks.data_checks.neighbours import (
    NEIGHBOURS,
    NearPairs,
    Neighbours,
    far_rows,
    find_neighbours,
    near_pairs,
)
from tasks.data_checks.out_of_sample import out_of_sample_probabilities
from tasks.data_checks.records import Records, sample_of
from tasks.data_checks.results import CheckedRecord, Finding
from tasks.datasets.dataset import ALL_SPLITS, TRAIN
from tasks.datasets.exclude_list import COPIES
from tasks.storage.shown import shown
from tasks.training.folds import fold_of

IntArray = npt.NDArray[np.int64]

#: Records whose neighbours are looked for; of more, that many are chosen by their digests.
MOST_COMPARED = 20_000
#: Neighbours of fewer records say nothing.
FEWEST_COMPARED = 30
#: Labels of a class of fewer records are not judged.
FEWEST_OF_CLASS = 10

_FOLDS = 5
_MOST_COPIES = 3


@dataclass(frozen=True)
class Found:
    """Findings of a check.

    Attributes:
        findings: all of them.
        checked: how many records were looked at.
        not_made: why the check was not made; empty if it was.
        accuracy: share of the labels that the classifiers of the check agree with; None without.
    """

    findings: list[Finding]
    checked: int
    not_made: str = ""
    accuracy: float | None = None


def check_records(records: Records, class_names: Sequence[str]) -> dict[str, Found]:
    """Return what each check finds, by its name.

    Args:
        records: of all splits.
        class_names: in label order.
    """
    maker = _Maker(records, class_names)
    return {
        "exact_copies": Found(maker.exact_copies(), len(records.split)),
        **maker.neighbourhood(),
        "label_errors": maker.label_errors(),
    }


@dataclass(frozen=True)
class _Maker:
    records: Records
    class_names: Sequence[str]

    def record(self, row: int) -> CheckedRecord:
        records = self.records
        return CheckedRecord(
            split=records.split[row],
            shard=records.shard[row],
            record=records.record[row],
            name=shown(records.name[row]),
            label=shown(self.class_names[records.label[row]]),
            digest=records.digest[row],
        )

    def exact_copies(self) -> list[Finding]:
        """Return pictures of several records, those with several labels, then splits, first."""
        groups: dict[str, list[int]] = {}
        for row, digest in enumerate(self.records.digest):
            groups.setdefault(digest, []).append(row)
        copies = [rows for rows in groups.values() if len(rows) > 1]
        return [self._copies(rows) for rows in sorted(copies, key=self._harmless)]

    def neighbourhood(self) -> dict[str, Found]:
        """Return near copies, in two splits and in one, and pictures far from all others."""
        sample = sample_of(self.records, MOST_COMPARED)
        names = ("leaks", "near_copies", "far_pictures")
        if len(sample) < max(FEWEST_COMPARED, NEIGHBOURS + 1):
            why = f"{len(sample):,} different pictures are too few, expected {FEWEST_COMPARED}"
            return {name: Found([], len(sample), why) for name in names}
        found = find_neighbours(self.records.feature[sample])
        rows = self.records.row[sample]
        leaks, near = self._pairs(near_pairs(found), rows)
        far = self._far(found, rows)
        return {
            name: Found(each, len(sample))
            for name, each in zip(names, (leaks, near, far), strict=True)
        }

    def label_errors(self) -> Found:
        """Return the records whose label is probably wrong, the surest first."""
        records, rows = self.records, self.records.row
        label = records.label[rows]
        counts = np.bincount(label, minlength=len(self.class_names))
        if np.count_nonzero(counts >= FEWEST_OF_CLASS) < 2:
            why = f"fewer than two classes have {FEWEST_OF_CLASS} records"
            return Found([], len(rows), why)
        fold = fold_of(records.digests(rows), _FOLDS)
        probability = out_of_sample_probabilities(
            records.feature, label, fold, len(self.class_names)
        )
        errors = find_label_errors(probability, label, fewest=FEWEST_OF_CLASS)
        columns = zip(errors.row, errors.label, errors.given, errors.other, strict=True)
        findings = [
            Finding(
                records=(self.record(rows[row]),),
                words=f"probably {shown(self.class_names[other])}, {p:.2f} to {given:.2f}",
                entry=records.digest[rows[row]],
            )
            for row, other, given, p in columns
        ]
        accuracy = float(np.mean(probability.argmax(axis=1) == label))
        return Found(findings, len(rows), accuracy=accuracy)

    def _harmless(self, rows: Sequence[int]) -> tuple[int, int, int]:
        """Return what sorts copies with several labels, then in several splits, first."""
        labels = {int(self.records.label[row]) for row in rows}
        return -len(labels), -len({self.records.split[row] for row in rows}), -len(rows)

    def _copies(self, rows: Sequence[int]) -> Finding:
        split, digest = self.records.split, self.records.digest[rows[0]]
        counts = ((name, sum(split[row] == name for row in rows)) for name in ALL_SPLITS)
        places = ", ".join(f"{count:,} in {name}" for name, count in counts if count)
        # The first record of each label.
        labels = {int(self.records.label[row]): row for row in reversed(rows)}
        several = len(labels) > 1
        # Which of several labels is right, nobody knows.
        return Finding(
            records=tuple(self.record(row) for row in sorted(labels.values())[:_MOST_COPIES]),
            words=f"{places}{f', with {len(labels):,} labels' if several else ''}",
            entry=digest if several else f"{digest} {COPIES}",
        )

    def _pairs(self, pairs: NearPairs, rows: IntArray) -> tuple[list[Finding], list[Finding]]:
        """Return the pairs in two splits, and those in one."""
        leaks: list[Finding] = []
        near: list[Finding] = []
        for (first, second), cosine in zip(pairs.row, pairs.cosine, strict=True):
            two = tuple(self.record(row) for row in (rows[first], rows[second]))
            leak = two[0].split != two[1].split
            # What is measured on stays: the record to leave out of a leak is that of training.
            excluded = 0 if leak and two[0].split == TRAIN else 1
            finding = Finding(
                records=two,
                words=f"cosine {cosine:.4f}",
                entry=two[excluded].digest,
                excluded=excluded,
            )
            (leaks if leak else near).append(finding)
        return leaks, near

    def _far(self, found: Neighbours, rows: IntArray) -> list[Finding]:
        far, score = far_rows(found)
        return [
            Finding(
                records=(self.record(rows[row]),),
                words=f"{deviations:.1f} deviations from the usual distance",
                entry=self.records.digest[rows[row]],
            )
            for row, deviations in zip(far, score, strict=True)
        ]
