"""The operator of ``score_pictures`` and a program that is found as ``spark-submit``."""

from collections.abc import Callable
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from graft_airflow.assets import SCORES
from graft_airflow.score_operator import ScorePicturesOperator
from support.scores import RECORD
from tasks.errors import ClusterError, DataError
from tasks.params.scoring import ScoreConfig
from tasks.scoring.arguments import parse_score_arguments
from tasks.scoring.outcome import outcome_home, write_score
from tasks.spark.settings import SCORE_JOB, submit_conf
from tasks.storage.paths import Home

pytestmark = [
    pytest.mark.filterwarnings("error::airflow.utils.deprecation_tools.DeprecatedImportWarning"),
    pytest.mark.usefixtures("_outside_airflow"),
]
RUN = "manual__2026"


@pytest.fixture
def operator(
    submit_path: dict[str, str], connect: Callable[[str | None], None]
) -> ScorePicturesOperator:
    connect('{"conn_type": "spark", "host": "local[2]"}')
    return ScorePicturesOperator(task_id="score_pictures", env_vars=submit_path, outlets=[SCORES])


def test_the_job_is_told_what_the_run_was_told(
    operator: ScorePicturesOperator, spark_submit: Any, in_run: Any, home: Home
) -> None:
    record = outcome_home(home).run(RUN) / "score.json"
    spark_submit.will(files={record: RECORD.as_json()})
    context = in_run(pictures_url="hdfs:///in", output="csv", driver_memory="512m")
    assert operator.execute(context)["rows"] == 1200
    job = spark_submit.arguments.index(str(SCORE_JOB))
    assert parse_score_arguments(spark_submit.arguments[job + 1 :]) == ScoreConfig(
        pictures_url="hdfs:///in", output="csv", run_id=RUN
    )
    memory = {"spark.driver.memory": "512m", "spark.executor.memory": "2g"}
    assert spark_submit.conf == {**submit_conf(), **memory}
    extra = context["outlet_events"][SCORES].extra
    assert extra["scores"] == "/scores"
    assert (extra["model"], extra["rows"], extra["bad"], extra["run_id"]) == (
        *("m0de1", 1200, 2),
        RUN,
    )


def test_what_the_user_can_mend_fails_at_once_in_the_jobs_words(
    operator: ScorePicturesOperator, spark_submit: Any, in_run: Any, home: Home
) -> None:
    def breaks(error: Exception) -> None:
        told = {"type": type(error).__name__, "message": str(error)}
        spark_submit.will(status=2, files={outcome_home(home).run(RUN) / "error.json": told})

    breaks(DataError("has no pictures"))
    with pytest.raises(AirflowFailException, match=r"^has no pictures$"):
        operator.execute(in_run(pictures_url="/in"))
    breaks(ClusterError("Spark lost executor 1"))
    with pytest.raises(ClusterError, match=r"^Spark lost executor 1$"):
        operator.execute(in_run(pictures_url="/in"))
    with pytest.raises(AirflowFailException, match="pictures_url is missing: A folder of pict"):
        operator.execute(in_run())


def test_a_job_that_leaves_nothing_is_told(
    operator: ScorePicturesOperator, spark_submit: Any, in_run: Any
) -> None:
    spark_submit.will()
    with pytest.raises(AirflowException, match=r"ended well but left no score\.json in "):
        operator.execute(in_run(pictures_url="/in"))


def test_its_lineage_is_that_of_the_scores(
    operator: ScorePicturesOperator, in_run: Any, home: Home
) -> None:
    write_score(home, RUN, RECORD)
    (scores,) = operator.lineage(in_run(pictures_url="/in")).outputs
    assert scores.location == "/scores"
    assert operator.lineage_inputs() == ()
