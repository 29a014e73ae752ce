"""Grafts a classifier of your pictures onto a pretrained network.

The data set and the checkpoint are downloaded and checked. The whole TensorFlow pipeline (reader,
parser, decoder, preprocessing, network) is dumped for training and for validation. A Spark job
turns the pictures into features with it and trains a linear classifier on them with BigDL. The
model is exported as a TensorFlow SavedModel.

A step reuses what an earlier run made from the same input. The folder `runs/<run id>/` records what
a run did; the run's note says it in short.

The DAG runs when you trigger it. Once it is switched on, it also runs at the times of its schedule
(every week, unless you set another one) and when the asset of its data set is updated. Such runs
take the default params and train only if something changed.

A new model is compared with the champion, the model in use, on the same pictures. A promotion
makes it the champion and updates the asset of the model.
"""

from airflow.sdk import dag

from graft_airflow.assets import dataset_asset, model_asset
from graft_airflow.dag_doc import dag_doc
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
from tasks.pipelines.folder import read_pipelines
from tasks.pipelines.pipeline import Pipeline, built_in


def transfer_learning(pipeline: Pipeline) -> None:
    """Make the DAG of a pipeline."""
    data, model = dataset_asset(pipeline.name), model_asset(pipeline.name)

    @dag(
        dag_id=pipeline.dag_id,
        params=dag_params(pipeline.params),
        schedule=schedule(pipeline.schedule, data),
        catchup=False,
        # Whatever Airflow's settings, nothing is trained unattended before somebody asks for it.
        is_paused_upon_creation=True,
        tags=["transfer learning", "tensorflow", "bigdl", "spark"],
        default_args={"owner": "graft", **callbacks()},
    )
    def wire() -> None:
        dataset = extract_dataset(download_dataset.override(inlets=[data])())
        checkpoint = fetch_checkpoint()
        train_dump = dump_train(dataset, checkpoint)
        validation_dump = dump_validation(dataset, checkpoint)
        trained = train_classifier(train_dump, validation_dump)
        promotion = promote_model.override(outlets=[model])
        export_model(trained.output) >> report() >> promotion()

    made = wire()
    made.doc_md = dag_doc(__doc__, made.tasks, assets=(data.name, model.name))


# flowers_transfer_learning, and NAME_transfer_learning for every good file of GRAFT_PIPELINES.
# Airflow finds each DAG that is made here; pipeline_errors.py reports the wrong files.
for each in (built_in(), *read_pipelines().pipelines.values()):
    transfer_learning(each)
