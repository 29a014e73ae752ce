from typing import Any

import pytest
from airflow.sdk import DAG
from airflow.sdk.bases.decorator import task_decorator_factory

from graft_airflow.step_operator import StepOperator


@pytest.mark.usefixtures("_outside_airflow")
def test_calls_the_function_and_returns_its_result(in_run: Any) -> None:
    def double(number: int) -> dict[str, Any]:
        return {"path": number * 2}

    decorated: Any = task_decorator_factory(
        double, decorated_operator_class=StepOperator, task_id="double"
    )
    with DAG("a_dag", schedule=None) as dag:
        decorated(4)
    (task,) = dag.tasks
    assert isinstance(task, StepOperator)
    assert (task.op_args, task.op_kwargs) == ((4,), {})
    assert task.execute(in_run()) == {"path": 8}
