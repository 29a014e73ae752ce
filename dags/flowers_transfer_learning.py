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

Whatever was made from the same input before is reused. What a run did is in `runs/<run id>/`, and
in short in its note.

It runs when you trigger it; every week (`GRAFT_SCHEDULE`) and when the asset `flowers_dataset` is
updated, once it is switched on. Runs that nobody triggered take the params' defaults
(`GRAFT_PARAMS`) and train only if something changed. A new model updates the asset `flowers_model`.
"""

from datetime import timedelta
from pathlib import Path

from airflow.sdk import dag

from graft_airflow.assets import DATASET, MODEL
from graft_airflow.params import dag_params
from graft_airflow.schedule import schedule
from graft_airflow.steps import RETRIES, Outcome, Run, step
from graft_airflow.train_operator import TrainClassifierOperator
from tasks.storage.artifact import Artifact
from tasks.training.arguments import job_arguments

TRAIN_CLASSIFIER = """Extract features on Spark and train the classifier on them with BigDL.

* **Reads** both dumps. Where the schedule or the data set's asset started the run and a model of
  the same data set, checkpoint and params is there, it ends as *skipped* unless `force` is set.
* **Writes** `features/`, `models/<digest>/` (head, predictions, metrics) and
  `runs/<run id>/metrics.json`; a new model updates the asset `flowers_model`.
* **Log**: images done of all and per second, then a line for every epoch. The button *Spark UI,
  then report* leads to Spark while the job runs and to the report after.
"""


@step(timeout=timedelta(hours=6), inlets=[DATASET])
def download_dataset(run: Run) -> Artifact:
    """Download the data set's archive; an unchanged one is not downloaded again.

    * **Reads** `dataset_url`, or makes the bundled sample (`source`). `dataset_sha256` is checked.
    * **Writes** `downloads/<digest>/`.
    * **Log**: bytes done of all and per second.
    """
    from tasks import steps

    return steps.download_dataset(run.params, run.home)


@step(timeout=timedelta(hours=3))
def extract_dataset(run: Run, archive: Path) -> Artifact:
    """Unpack the archive and check shards, labels and every record.

    * **Reads** what `download_dataset` left.
    * **Writes** `datasets/<digest>/`: TFRecord shards, `labels.txt`, `dataset.json`.
    """
    from tasks import steps

    return steps.extract_dataset(archive, run.home)


@step(timeout=timedelta(hours=2))
def fetch_checkpoint(run: Run) -> Artifact:
    """Download the checkpoint and check that it has every variable that the network needs.

    * **Reads** `checkpoint_url`, or makes the bundled sample's (`source`). `checkpoint_sha256` is
      checked.
    * **Writes** `downloads/<digest>/` and `checkpoints/<digest>/`.
    """
    from tasks import steps

    return steps.fetch_checkpoint(run.params, run.home)


@step(timeout=timedelta(hours=1))
def dump_train(run: Run, dataset: Path, checkpoint: Path) -> Artifact:
    """Dump the pipeline that reads the training records through the network.

    * **Reads** the data set and the checkpoint.
    * **Writes** `dumps/<digest>/`: `model.pb`, `model.bin`, `frozen.pb`, `pipeline.json`.
    """
    from tasks import steps

    return steps.dump("train", dataset, checkpoint, run.params, run.home)


@step(timeout=timedelta(hours=1))
def dump_validation(run: Run, dataset: Path, checkpoint: Path) -> Artifact:
    """Dump the pipeline that reads the validation records through the network.

    * **Reads** the data set and the checkpoint.
    * **Writes** `dumps/<digest>/`: `model.pb`, `model.bin`, `frozen.pb`, `pipeline.json`.
    """
    from tasks import steps

    return steps.dump("validation", dataset, checkpoint, run.params, run.home)


@step(timeout=timedelta(minutes=30))
def report(run: Run) -> Outcome:
    """Write the run's report as one page: accuracy, confusion matrix, wrong pictures, time.

    * **Reads** the run's metrics and the model's predictions.
    * **Writes** `runs/<run id>/report.html`; the tab *Report* of the run shows it.
    """
    from tasks.report import page

    return page.write_report(run.home, run.run_id)


@dag(
    params=dag_params(),
    schedule=schedule(DATASET),
    catchup=False,
    # Whatever Airflow is set to: nothing is trained unattended before somebody asks for it.
    is_paused_upon_creation=True,
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
        outlets=[MODEL],
        execution_timeout=timedelta(hours=24),
        doc_md=TRAIN_CLASSIFIER,
        **RETRIES,
    )
    [train_dump, validation_dump] >> train_classifier >> report()


flowers_transfer_learning()
