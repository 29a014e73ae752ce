import numpy as np
import numpy.typing as npt

from tasks.data_checks.label_errors import estimated_errors, find_label_errors

FloatArray = npt.NDArray[np.float32]


def drawn(records: int = 300, classes: int = 4) -> tuple[FloatArray, npt.NDArray[np.int64]]:
    random = np.random.default_rng(3)
    label = random.integers(0, classes, records)
    logits = random.normal(size=(records, classes)) + 1.2 * np.eye(classes)[label]
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return probability.astype(np.float32), label


def joint_of_the_paper(
    probability: FloatArray, label: npt.NDArray[np.int64]
) -> dict[tuple[int, int], int]:
    """Equations 1 and 2 of Northcutt et al., written as they stand there."""
    classes = probability.shape[1]
    t = [np.mean([p[j] for p, y in zip(probability, label, strict=True) if y == j])
         for j in range(classes)]  # fmt: skip
    joint = dict.fromkeys(((i, j) for i in range(classes) for j in range(classes)), 0)
    for p, y in zip(probability, label, strict=True):
        confident = [j for j in range(classes) if p[j] >= t[j]]
        if confident:
            joint[int(y), max(confident, key=lambda j: p[j])] += 1
    return joint


def test_the_estimate_is_that_of_the_paper() -> None:
    probability, label = drawn()
    joint = joint_of_the_paper(probability, label)
    found = estimated_errors(probability, label)
    for given in range(4):
        row = sum(joint[given, other] for other in range(4))
        for other in range(4):
            share = joint[given, other] / row * np.count_nonzero(label == given)
            assert found[given, other] == (0 if given == other else round(share))


def test_the_least_probable_labels_are_taken() -> None:
    probability, label = drawn()
    wrong = estimated_errors(probability, label)
    errors = find_label_errors(probability, label)
    assert 0 < len(errors.row) < wrong.sum()
    own = probability[np.arange(len(label)), label]
    for given in range(4):
        lowest = sorted(np.flatnonzero(label == given), key=lambda row: own[row])
        taken = [row for row in errors.row if label[row] == given]
        assert set(taken) <= set(lowest[: wrong[given].sum()])
    assert (np.diff(errors.given) >= 0).all()
    np.testing.assert_array_equal(errors.given, own[errors.row])
    np.testing.assert_array_equal(errors.label, probability[errors.row].argmax(axis=1))
    assert (errors.label != label[errors.row]).all()
    assert (errors.other > errors.given).all()


def test_a_small_class_is_not_judged() -> None:
    probability, label = drawn()
    smallest = int(np.bincount(label).argmin())
    fewest = int(np.bincount(label).min()) + 1
    rows = find_label_errors(probability, label, fewest=fewest).row
    assert len(rows)
    assert smallest not in label[rows]
    assert smallest in label[find_label_errors(probability, label).row]


def test_right_labels_and_classes_without_records() -> None:
    label = np.array([0, 1, 0, 1])
    probability = np.eye(3, dtype=np.float32)[label] * 0.8 + 0.1
    assert len(find_label_errors(probability, label).row) == 0
    assert estimated_errors(probability, label).sum() == 0
