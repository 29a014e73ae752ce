"""Metrics of a model and of a run: the records behind ``metrics.json``."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from tasks.datasets.pair import Pair
from tasks.evaluation.record import CalibrationRecord, EvaluationRecord
from tasks.runs.artifact_record import ArtifactRecord
from tasks.runs.data_record import DataRecord
from tasks.runs.engine_record import EngineRecord
from tasks.runs.exclusion_record import ExclusionRecord
from tasks.runs.promotion_record import PromotionRecord
from tasks.runs.sweep_record import Sweep
from tasks.runs.training_record import Epoch, Plan
from tasks.runs.typed_json import from_json, read_json
from tasks.storage.locations import location

METRICS = "metrics.json"


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """Measurement of the final head on the test records, made once; nothing is chosen by it.

    Attributes:
        top1: accuracy of the exported head on them.
        records: how many there are.
        features: artefact of their features.
        evaluation: all figures; None where an older version made none.
    """

    top1: float
    records: int
    features: ArtifactRecord
    evaluation: EvaluationRecord | None = None


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Metrics of a model: its accuracy, and the inputs and the course of its training.

    Attributes:
        top1: accuracy of the exported head on the validation records.
        epochs: every epoch in order.
        kept_epoch: the number of the epoch whose weights the head has; None: the last.
        sweep: the strengths that were compared; None where none were.
        resumed_after_epochs: the epochs after which a later try continued the training.
        stages: seconds of every stage of the job, in order.
        records: number of records.
        class_names: in label order.
        network: name of the network; older versions knew and recorded none but the default.
        config: params of the job as JSON types, ``feature_engine`` as the engine that ran; an
            older version may lack some.
        plan: optimiser, batch size and place.
        dumps: folders of the dumps.
        features: artefacts of the features.
        parity: record of ``check_parity`` as JSON types: ``records`` and
            ``largest_relative_difference``, or ``left_out`` with the reason; None: no check.
        digests: digests of data set, checkpoint, graph and weights.
        versions: version of every package that matters.
        python: version of Python.
        finished_at: end of the training, ISO 8601 with an offset.
        test: measurement on the test records; None where the data set has none.
        evaluation: all figures of the validation records; None where an older version made none.
        calibration: how the head was calibrated; None where an older version did not.
        excluded: what the list of the param ``exclude`` left out; None without a list.
    """

    top1: float
    epochs: tuple[Epoch, ...]
    kept_epoch: int | None = None
    sweep: Sweep | None = None
    resumed_after_epochs: tuple[int, ...] = ()
    stages: dict[str, float]
    records: Pair[int]
    class_names: tuple[str, ...]
    network: str = "inception_v1"
    config: dict[str, Any]
    plan: Plan
    dumps: Pair[str]
    features: Pair[ArtifactRecord]
    parity: dict[str, Any] | None = None
    digests: Pair[dict[str, str]]
    versions: dict[str, str]
    python: str
    finished_at: str
    test: Measurement | None = None
    evaluation: EvaluationRecord | None = None
    calibration: CalibrationRecord | None = None
    excluded: ExclusionRecord | None = None

    @property
    def validation_dump(self) -> str:
        """Name of the validation dump's folder in ``dumps/``, wherever GRAFT_HOME is now."""
        return location(self.dumps.validation).name

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Self:
        """Return the metrics that ``as_json`` described, of this version or an older one.

        Raises:
            ValueError: a field is missing or of another type.
        """
        return from_json(cls, content)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return the metrics in a folder of a model or of a run.

        Raises:
            DataError: the file is missing, damaged, or lacks a field.
        """
        return read_json(cls, folder / METRICS)

    def as_json(self) -> dict[str, Any]:
        """Return the content of ``metrics.json`` as JSON types."""
        content = {**asdict(self), "epochs": [epoch.as_json() for epoch in self.epochs]}
        _leave_out(content, "test", "kept_epoch", "sweep", "evaluation", "calibration", "excluded")
        if self.test:
            _leave_out(content["test"], "evaluation")
        return content

    def epochs_clause(self) -> str:
        """Return how the head was trained, ``10 epochs``, ``epoch 6 of 9`` or to the optimum."""
        count = len(self.epochs)
        if self.sweep:
            return f"{count} iterations of L-BFGS with {self.sweep.clause()}"
        return (
            f"{count} epochs" if self.kept_epoch is None else f"epoch {self.kept_epoch} of {count}"
        )

    def of_run(
        self,
        run_id: str,
        model: ArtifactRecord,
        data: DataRecord | None = None,
        engine: EngineRecord | None = None,
    ) -> "RunMetrics":
        """Return the metrics of a run that made this model, or reused it."""
        own = {field.name: getattr(self, field.name) for field in fields(Metrics)}
        return RunMetrics(**own, run_id=run_id, model=model, data=data, engine=engine)


@dataclass(frozen=True, kw_only=True)
class RunMetrics(Metrics):
    """Metrics of a run: those of its model, which another run may have trained.

    Attributes:
        run_id: the run.
        model: artefact of the model.
        data: record of the data set; None where the data set is gone or of an older version.
        engine: the feature engine, and why it; None where an older version recorded no reason.
        promotion: whether the model became the champion; None before ``promote_model`` decides.
    """

    run_id: str
    model: ArtifactRecord
    data: DataRecord | None = None
    engine: EngineRecord | None = None
    promotion: PromotionRecord | None = None

    def engine_clause(self) -> str:
        """Return the engine that made the features and, where it is recorded, why it."""
        return self.engine.clause() if self.engine else str(self.config["feature_engine"])

    def as_json(self) -> dict[str, Any]:
        """Return the content of ``metrics.json`` as JSON types, run and model first."""
        content = {"run_id": self.run_id, "model": self.model.as_json(), **super().as_json()}
        _leave_out(content, "data", "engine", "promotion")
        return content


def _leave_out(content: dict[str, Any], *names: str) -> None:
    """Remove the fields of these names that are None."""
    for name in names:
        if content[name] is None:
            del content[name]
