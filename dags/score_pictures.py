"""Scores pictures with a trained model: the champion, unless you name another.

Spark's executors read the pictures from any file system of Hadoop's, run the network and write a
row for each picture: class, score of every class, model, and an error where a picture is bad.

The DAG runs when you trigger it. A run that was killed goes on where it was when it is cleared, or
when another one names the same pictures, model and folder. It updates the asset `flowers_scores`.
"""

from airflow.sdk import dag

from graft_airflow.dag_doc import steps_table
from graft_airflow.params import score_params
from graft_airflow.score_operator import score_pictures as score_pictures_step


@dag(
    params=score_params(),
    schedule=None,
    catchup=False,
    is_paused_upon_creation=True,
    tags=["transfer learning", "spark"],
    default_args={"owner": "graft"},
)
def score_pictures() -> None:
    """Wire the step."""
    score_pictures_step()


scoring = score_pictures()
scoring.doc_md = f"{__doc__}\n{steps_table(scoring.tasks)}"
