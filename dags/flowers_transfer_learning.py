"""Grafts a classifier of your pictures onto a pretrained Inception v1.

The data set and the checkpoint are downloaded and checked; the whole TensorFlow pipeline (reader,
parser, decoder, preprocessing, network) is dumped for training and for validation; a Spark job
turns the pictures into features with it and trains a linear classifier on them with BigDL.

| step | reads | writes under `GRAFT_HOME` |
|---|---|---|
| `download_dataset` | the data set URL | `downloads/` |
| `extract_dataset` | the archive | `datasets/`, every record checked |
| `fetch_checkpoint` | the checkpoint URL | `checkpoints/`, every variable checked |
| `dump_train`, `dump_validation` | data set and checkpoint | `dumps/`: `model.pb`, `model.bin` |
| `train_classifier` | both dumps | `features/`, `models/`: head, metrics, predictions |
| `report` | the run's metrics, the model's predictions | `runs/<run id>/report.html` |

Whatever was made from the same input before is reused. What a run did is in `runs/<run id>/`.
"""

from datetime import timedelta
from pathlib import Path

from airflow.sdk import dag

from graft_airflow.params import dag_params
from graft_airflow.steps import RETRIES, Outcome, Run, step
from graft_airflow.train_operator import TrainClassifierOperator
from tasks.artifact import Artifact
from tasks.job_arguments import job_arguments


@step(timeout=timedelta(hours=6))
def download_dataset(run: Run) -> Artifact:
    """Download the data set's archive; an unchanged one is not downloaded again."""
    from tasks import pipeline

    return pipeline.download_dataset(run.params, run.home)


@step(timeout=timedelta(hours=3))
def extract_dataset(run: Run, archive: Path) -> Artifact:
    """Unpack the archive and check shards, labels and every record."""
    from tasks import pipeline

    return pipeline.extract_dataset(archive, run.home)


@step(timeout=timedelta(hours=2))
def fetch_checkpoint(run: Run) -> Artifact:
    """Download the checkpoint and check that it has every variable that the network needs."""
    from tasks import pipeline

    return pipeline.fetch_checkpoint(run.params, run.home)


@step(timeout=timedelta(hours=1))
def dump_train(run: Run, dataset: Path, checkpoint: Path) -> Artifact:
    """Dump the pipeline that reads the training records."""
    from tasks import pipeline

    return pipeline.dump("train", dataset, checkpoint, run.params, run.home)


@step(timeout=timedelta(hours=1))
def dump_validation(run: Run, dataset: Path, checkpoint: Path) -> Artifact:
    """Dump the pipeline that reads the validation records."""
    from tasks import pipeline

    return pipeline.dump("validation", dataset, checkpoint, run.params, run.home)


@step(timeout=timedelta(minutes=30))
def report(run: Run) -> Outcome:
    """Write the run's report: accuracy, confusion matrix, wrong pictures, time, in one page."""
    from tasks.report import page

    return page.write_report(run.home, run.run_id)


@dag(
    params=dag_params(),
    schedule=None,
    catchup=False,
    tags=["transfer learning", "tensorflow", "bigdl", "spark"],
    default_args={"owner": "graft"},
    doc_md=__doc__,
)
def flowers_transfer_learning() -> None:
    """Wire the steps."""
    dataset = extract_dataset(download_dataset())
    checkpoint = fetch_checkpoint()
    train_dump = dump_train(dataset, checkpoint)
    validation_dump = dump_validation(dataset, checkpoint)
    train_classifier = TrainClassifierOperator(
        task_id="train_classifier",
        name="graft {{ run_id }}",
        conf={
            "spark.driver.memory": "{{ params.driver_memory }}",
            "spark.executor.memory": "{{ params.executor_memory }}",
        },
        application_args=job_arguments(
            train_dump="{{ ti.xcom_pull(task_ids='dump_train')['path'] }}",
            validation_dump="{{ ti.xcom_pull(task_ids='dump_validation')['path'] }}",
            run_id="{{ run_id }}",
        ),
        execution_timeout=timedelta(hours=24),
        doc_md="Extract features on Spark and train the classifier with BigDL.",
        **RETRIES,
    )
    [train_dump, validation_dump] >> train_classifier >> report()


flowers_transfer_learning()
