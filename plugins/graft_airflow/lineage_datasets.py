"""Data sets of the steps for lineage tools: what each reads and writes, and their names."""

from graft_airflow.lineage_record import DatasetName, Facets, LineageDataset, dataset_name
from graft_airflow.run import Run
from tasks.params.network import FILE
from tasks.runs.record import EXPORT, PROMOTE, Step, read_step
from tasks.storage.paths import Home

DOWNLOAD, EXTRACT, CHECKPOINT = "download_dataset", "extract_dataset", "fetch_checkpoint"
DUMPS, TRAIN = ("dump_train", "dump_validation"), "train_classifier"
#: Steps whose artefact is a model.
MODELS = (TRAIN, EXPORT)
#: Steps whose artefacts a step reads.
READS = {
    EXTRACT: (DOWNLOAD,),
    **dict.fromkeys(DUMPS, (EXTRACT, CHECKPOINT)),
    TRAIN: DUMPS,
    EXPORT: (TRAIN, "dump_validation"),
    "report": (TRAIN,),
    PROMOTE: (TRAIN, EXPORT),
}
#: Names of what steps write, below GRAFT_HOME; ``{}`` is the pipeline.
WRITES = {
    DOWNLOAD: "downloads/{}",
    # datasets/<pipeline> itself is the asset of the data set, which download_dataset reads.
    EXTRACT: "datasets/{}/records",
    CHECKPOINT: "checkpoints/{}",
    "dump_train": "dumps/{}/train",
    "dump_validation": "dumps/{}/validation",
    TRAIN: "models/{}",
    EXPORT: "exports/{}",
}


def known_inputs(home: Home, pipeline: str, task_id: str) -> tuple[LineageDataset, ...]:
    """Return the data sets that a step reads in every run, without their versions."""
    return tuple(artifact_dataset(home, pipeline, before) for before in READS.get(task_id, ()))


def inputs(run: Run, task_id: str) -> tuple[LineageDataset, ...]:
    """Return the data sets that a step of a run reads."""
    if task_id in (DOWNLOAD, CHECKPOINT):
        return (LineageDataset(name=_source(run, task_id)),)
    return tuple(
        artifact_dataset(run.home, run.pipeline, before, ended_step(run, before))
        for before in READS.get(task_id, ())
    )


def artifact_dataset(
    home: Home,
    pipeline: str,
    task_id: str,
    step: Step | None = None,
    *,
    rows: int | None = None,
    facts: Facets | None = None,
) -> LineageDataset:
    """Return the data set that a step writes.

    Args:
        home: where artefacts are.
        pipeline: the run's.
        task_id: the step, one of ``WRITES``.
        step: its record, if it has ended.
        rows: number of records.
        facts: about it.
    """
    return LineageDataset(
        name=home_dataset(home, WRITES[task_id].format(pipeline)),
        version=step.digest if step else "",
        location=step.path if step else "",
        is_model=task_id in MODELS,
        rows=rows,
        facts=facts or {},
    )


def home_dataset(home: Home, folder: str) -> DatasetName:
    """Return the name of a data set of Graft's own, below ``GRAFT_HOME``."""
    return dataset_name((home.root / folder).as_uri())


def ended_step(run: Run, task_id: str) -> Step | None:
    """Return the record of a step that ended well; None if there is none."""
    step = read_step(run.home.run(run.run_id), task_id)
    return step if step and step.error is None else None


def _source(run: Run, task_id: str) -> DatasetName:
    """Return the name of what a run downloads: the bundled sample, or what a URL names."""
    from tasks.datasets.fetch import as_url

    params = run.params
    # A model's file has its own weights: only the pictures are the sample's.
    if params.source == "sample" and (task_id == DOWNLOAD or params.network != FILE):
        return home_dataset(run.home, "samples")
    return dataset_name(as_url(params.dataset_url if task_id == DOWNLOAD else params.checkpoint))
