"""Results of ``make bench-networks``, a row for each network."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tasks.evaluation.interval import accuracy_text

#: The least that ``bigdl`` has to be of ``tensorflow``.
GOAL = 0.9


@dataclass(frozen=True)
class Measurement:
    """Figures of one network, all of one run.

    Attributes:
        network: its name.
        images: pictures of a round.
        bigdl: images per second, the median of the rounds.
        tensorflow: the same of the other engine.
        ratio: ``bigdl`` over ``tensorflow``, the median of the rounds' ratios.
        difference: the largest relative difference between the engines.
        tolerance: what the network's dump lets pass.
        jvm_mib: peak resident memory of the JVM that is driver and executor.
        python_mib: that of the largest Python worker, which runs TensorFlow.
    """

    network: str
    images: int
    bigdl: float
    tensorflow: float
    ratio: float
    difference: float
    tolerance: float
    jvm_mib: float
    python_mib: float

    def is_good(self) -> bool:
        """Return whether the engines agree and ``bigdl`` is fast enough."""
        return self.difference <= self.tolerance and self.ratio >= GOAL


@dataclass(frozen=True)
class Accuracy:
    """Accuracy of a head on real weights and photographs, or why it was not trained."""

    network: str
    weights: str
    top1: float | None
    reason: str = ""
    records: int = 0


HEADER = (
    "| network | largest difference | tolerance | bigdl, images/s | tensorflow, images/s "
    "| ratio | JVM, MiB | Python worker, MiB |",
    "|---|---|---|---|---|---|---|---|",
)


def row(measured: Measurement) -> str:
    """Return a network's row of the Markdown table."""
    return (
        f"| {measured.network} | {measured.difference:.1e} | {measured.tolerance:.1e} "
        f"| {measured.bigdl:.1f} | {measured.tensorflow:.1f} | {measured.ratio:.2f} "
        f"| {measured.jvm_mib:,.0f} | {measured.python_mib:,.0f} |"
    )


def conclusion(all_measured: Sequence[Measurement]) -> Iterator[str]:
    """Yield what is not as it should be, or that all is."""
    bad = [measured for measured in all_measured if not measured.is_good()]
    for measured in bad:
        yield (
            f"{measured.network}: ratio {measured.ratio:.2f} (goal >= {GOAL}), difference "
            f"{measured.difference:.1e} (at most {measured.tolerance:.1e})"
        )
    good = len(all_measured) - len(bad)
    yield f"{good} of {len(all_measured)} networks: both engines agree, ratio >= {GOAL}"


def accuracy_line(found: Accuracy) -> str:
    """Return the line about a head's accuracy."""
    about = f"top-1 of {found.network} with {found.weights}"
    if found.top1 is None:
        return f"{about}: skipped, {found.reason}"
    return f"{about}: {accuracy_text(found.top1, found.records)}"
