"""Tasks of the DAG. The docstring of each is its documentation in Airflow's pages."""

import inspect
from datetime import timedelta
from pathlib import Path

from airflow.sdk import get_current_context

from graft_airflow.promotion import starter, update_outlets
from graft_airflow.retries import RETRIES
from graft_airflow.run import Run
from graft_airflow.source_connection import source_credentials
from graft_airflow.step import Outcome, step
from graft_airflow.train_operator import DumpResult, TrainClassifierOperator
from tasks.storage.artifact import Artifact


@step(timeout=timedelta(hours=6))
def download_dataset(run: Run) -> Artifact:
    """Download the data set; what has not changed is not downloaded again.

    * **Reads** `dataset_url`, or makes the bundled sample (`source`); checks `dataset_sha256`. The
      connection `dataset_conn_id` has the credentials.
    * **Writes** `downloads/<digest>/`. A folder of this machine is listed, not copied.
    * **Log**: bytes done of all and per second.
    """
    from tasks import steps

    params = run.params
    credentials = source_credentials(run, params.dataset_conn_id, params.dataset_url)
    return steps.download_dataset(params, run.home, credentials)


@step(timeout=timedelta(hours=3))
def extract_dataset(run: Run, archive: Path) -> Artifact:
    """Unpack the data set, check every picture, and convert and split where need be.

    * **Reads** the download, as `data_layout`, `bad_pictures`, `max_bad`, `validation_share` and
      `test_share` say.
    * **Writes** `datasets/<digest>/`: TFRecord shards, `labels.txt`, `dataset.json`. Pictures that
      were left out are in `skipped.jsonl`.
    * **Log**: pictures done of all and per second; what was done to them, and warnings.
    """
    from tasks import steps

    return steps.extract_dataset(archive, run.params, run.home)


@step(timeout=timedelta(hours=2))
def fetch_checkpoint(run: Run) -> Artifact:
    """Download the checkpoint and check that it has every variable that the network needs.

    * **Reads** `checkpoint_url`, or makes the bundled sample's (`source`); checks
      `checkpoint_sha256`. The connection `checkpoint_conn_id` has the credentials. With `ema`, the
      moving averages of the variables are meant. Networks `slim:NAME` are of the library in
      `SLIM_PATH`.
    * **Writes** `downloads/<digest>/` and `checkpoints/<digest>/`.
    """
    from tasks import steps

    params = run.params
    credentials = source_credentials(run, params.checkpoint_conn_id, params.checkpoint)
    return steps.fetch_checkpoint(params, run.home, credentials)


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
    * **Writes** `dumps/<digest>/`: `model.pb`, `model.bin`, `frozen.pb`, `pipeline.json`, which
      names the test records as well if there are some.
    """
    from tasks import steps

    return steps.dump("validation", dataset, checkpoint, run.params, run.home)


def train_classifier(
    train_dump: DumpResult, validation_dump: DumpResult
) -> TrainClassifierOperator:
    """Extract features on Spark and train the classifier on them with BigDL.

    * **Reads** both dumps. A run that the schedule or the data set's asset started is *skipped* if
      a version of its pipeline is of the same data set, checkpoint and params, unless `force` is
      set.
    * **Leaves out** the records that the list of `exclude` names: nothing is trained on them, or
      measured with them.
    * **Measures** the final head once on the test records, if there are some.
    * **Writes** `features/<digest>/`, `models/<digest>/` (head, predictions, metrics) and
      `runs/<run id>/metrics.json`.
    * **Log**: images done of all and per second, then a line for every epoch. The button *Spark UI,
      then report* leads to Spark while the job runs and to the report after.
    """
    return TrainClassifierOperator(
        task_id="train_classifier",
        train_dump=train_dump,
        validation_dump=validation_dump,
        execution_timeout=timedelta(hours=24),
        doc_md=inspect.getdoc(train_classifier),
        **RETRIES,
    )


@step(timeout=timedelta(hours=1))
def export_model(run: Run, model: Path) -> Artifact:
    """Export the model as a TensorFlow SavedModel that takes pictures and returns classes.

    * **Reads** the model's head and the validation dump, whose preprocessing and network it has.
    * **Writes** `exports/<digest>/`: the SavedModel in `1/`, its model card in `README.md`.
    """
    from tasks.exports.export import export_model as export

    return export(model, run.home)


@step(timeout=timedelta(minutes=30))
def report(run: Run) -> Outcome:
    """Write the run's report as one page: accuracy, wrong pictures, what is wrong with the data.

    * **Reads** the run's metrics, the model's predictions, the features and the data set. The
      exported model makes the heat maps of the wrong pictures.
    * **Writes** `runs/<run id>/report.html`, which the tab *Report* of the run shows, and lists of
      odd records in `runs/<run id>/data_checks/`, which the param `exclude` takes.
    """
    from tasks.report import page

    return page.write_report(run.home, run.run_id)


@step(timeout=timedelta(hours=6))
def promote_model(run: Run) -> Outcome:
    """Compare the model with the champion and make it the champion if the rule says so.

    * **Reads** the predictions of both models, as `promote` and `min_accuracy` say. If the data set
      has changed, the champion is measured on today's validation records.
    * **Writes** `registry/<name>/history.jsonl`, and the decision into the run's metrics and
      report; a promotion updates the model's asset.
    * **Log**: the decision with the figures.
    """
    from tasks import steps

    context = get_current_context()
    promotion = steps.promote_model(
        run.params, run.home, run.run_id, name=run.pipeline, who=starter(context)
    )
    update_outlets(context, run, promotion.record)
    return promotion
