"""Grafts a classifier of your pictures onto a pretrained network.

The data set and the checkpoint are downloaded and checked. The whole TensorFlow pipeline (reader,
parser, decoder, preprocessing, network) is dumped for training and for validation. A Spark job
turns the pictures into features with it and trains a linear classifier on them with BigDL. The
model is exported as a TensorFlow SavedModel.

A step reuses what an earlier run made from the same input. The folder `runs/<run id>/` records what
a run did; the run's note says it in short.

The DAG runs when you trigger it. Once it is switched on, it also runs every week (`GRAFT_SCHEDULE`)
and when the asset `flowers_dataset` is updated. Such runs take the default params (`GRAFT_PARAMS`)
and train only if something changed.

A new model is compared with the champion, the model in use, on the same pictures. A promotion
makes it the champion and updates the asset `flowers_model`.
"""

from airflow.sdk import dag

from graft_airflow.assets import DATASET
from graft_airflow.dag_doc import steps_table
from graft_airflow.notices import callbacks
from graft_airflow.params import dag_params
from graft_airflow.schedule import schedule
from graft_airflow.steps import (
    download_dataset,
    dump_train,
    dump_validation,
    export_model,
    extract_dataset,
    fetch_checkpoint,
    promote_model,
    report,
    train_classifier,
)


@dag(
    params=dag_params(),
    schedule=schedule(DATASET),
    catchup=False,
    # Regardless of Airflow's settings, nothing is trained unattended before somebody asks for it.
    is_paused_upon_creation=True,
    tags=["transfer learning", "tensorflow", "bigdl", "spark"],
    default_args={"owner": "graft", **callbacks()},
)
def flowers_transfer_learning() -> None:
    """Wire the steps."""
    dataset = extract_dataset(download_dataset())
    checkpoint = fetch_checkpoint()
    train_dump = dump_train(dataset, checkpoint)
    validation_dump = dump_validation(dataset, checkpoint)
    model = train_classifier(train_dump, validation_dump)
    export_model(model.output) >> report() >> promote_model()


flowers = flowers_transfer_learning()
flowers.doc_md = f"{__doc__}\n{steps_table(flowers.tasks)}"
