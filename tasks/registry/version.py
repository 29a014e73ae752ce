"""Record of a version: a trained model under a number that never changes."""

from dataclasses import dataclass

from tasks.registry.score import Score


@dataclass(frozen=True, kw_only=True)
class Version:
    """A trained model in a registry.

    Attributes:
        number: from 1, in the order of registration.
        run_id: the run that registered it.
        model: digest of the model, the name of its folder in ``models/``.
        export: digest of its export, the name of its folder in ``exports/``; None if it has none.
        network: name of the network that computes its features.
        dataset: digest of the data set that has its validation records.
        validation: its score on those records.
        test: its score on the test records, None if there were none.
        trained_at: end of its training, ISO 8601 with an offset.
    """

    number: int
    run_id: str
    model: str
    export: str | None = None
    network: str
    dataset: str
    validation: Score
    test: Score | None = None
    trained_at: str
