"""Operator that submits the scoring job to Spark and returns the record of the scores."""

import inspect
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException

from graft_airflow.assets import SCORES
from graft_airflow.failures import not_retried
from graft_airflow.job_operator import JobOperator
from graft_airflow.lineage_operator import LineageOperator
from graft_airflow.lineage_record import Lineage, LineageDataset
from graft_airflow.retries import RETRIES
from tasks.params.parser import parse
from tasks.params.scoring import ScoreConfig, ScoreJobParams, ScoreParams
from tasks.spark.settings import SCORE_JOB
from tasks.storage.paths import Home

# What other DAGs want to know of scores.
_EVENT = ("scores", "pictures", "rows", "bad", "classes", "model", "name", "version", "output")


@dataclass(frozen=True)
class Scoring:
    """A run of ``score_pictures``: see ``graft_airflow.spark_failure.Submitted``."""

    home: Home
    run_id: str


class ScorePicturesOperator(LineageOperator, JobOperator):
    """SparkSubmitOperator of the scoring job.

    It returns the record of the scores. An error that the user has to mend fails the task at once,
    in the job's own words. If the cluster lost a part, the task is retried, and the job goes on
    with the parts that are missing. The outlets are updated with the record.

    Args:
        kwargs: ``conn_id``, ``conf`` and ``env_vars`` of the provider, and the arguments of every
            operator.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(job=SCORE_JOB, **kwargs)

    def execute(self, context: Context) -> dict[str, Any]:  # type: ignore[override] # the provider's returns nothing, ours the result
        """Run the job to its end and return the record of the scores."""
        with not_retried():
            return self._score(context)

    def _score(self, context: Context) -> dict[str, Any]:
        from tasks.scoring.arguments import score_arguments
        from tasks.scoring.outcome import clear_score, outcome_home, read_score

        params = parse(ScoreParams, dict(context["params"]))
        home, run_id = Home.from_environ(), context["run_id"]
        given = params.model_dump(include=set(ScoreJobParams.model_fields))
        arguments = score_arguments(ScoreConfig(**given, run_id=run_id))
        submitted = Scoring(outcome_home(home), run_id)
        clear_score(home, run_id)
        self.run_job(context, arguments, size=params, home=home, submitted=submitted)
        record = read_score(home, run_id)
        if record is None:
            raise AirflowException(
                f"the Spark job ended well but left no score.json in {submitted.home.run(run_id)}"
            )
        content = record.as_json()
        for asset in self.outlets:
            context["outlet_events"][asset].extra = {
                **{name: content[name] for name in _EVENT},
                "run_id": run_id,
            }
        return content

    def lineage_inputs(self) -> tuple[LineageDataset, ...]:
        """Return nothing: the run's params say what it reads."""
        return ()

    def lineage(self, context: Any) -> Lineage:
        """Return the pictures, the model and the scores."""
        from graft_airflow.score_lineage import score_lineage

        return score_lineage(Home.from_environ(), context["run_id"])


def score_pictures() -> ScorePicturesOperator:
    """Score pictures with a trained model on Spark: a row for each, as Parquet or CSV.

    * **Reads** `pictures_url`, a folder, an archive, a list, Parquet or TFRecord files without
      labels, and the `model`, which is the champion unless you name another.
    * **Writes** `scores_url`, or `scores/<digest>/`: parts of rows with name, class, score, all
      scores, model and, where a picture is bad, the error; `_score.json` when all are there. Parts
      that an earlier try wrote are kept. The asset `flowers_scores` is updated.
    * **Log**: pictures done of all and per second.
    """
    return ScorePicturesOperator(
        task_id="score_pictures",
        outlets=[SCORES],
        execution_timeout=timedelta(days=7),
        doc_md=inspect.getdoc(score_pictures),
        **RETRIES,
    )
