"""Operator of a step: Airflow's for a Python function, which also tells its lineage."""

from collections.abc import Sequence
from typing import Any, ClassVar

from airflow.providers.standard.operators.python import PythonOperator
from airflow.sdk.bases.decorator import DecoratedOperator

from graft_airflow.lineage_operator import LineageOperator


class StepOperator(LineageOperator, DecoratedOperator, PythonOperator):
    """Operator that ``@step`` makes of a function: that of ``@task``, with the lineage of a step.

    Args:
        python_callable: the function.
        op_args: its positional arguments.
        op_kwargs: its arguments by name.
        kwargs: the arguments of every operator.
    """

    template_fields: Sequence[str] = ("templates_dict", "op_args", "op_kwargs")
    template_fields_renderers: ClassVar[dict[str, str]] = {
        "templates_dict": "json",
        "op_args": "py",
        "op_kwargs": "py",
    }
    custom_operator_name = "@step"

    def __init__(
        self, *, python_callable: Any, op_args: Any, op_kwargs: Any, **kwargs: Any
    ) -> None:
        given = {"python_callable": python_callable, "op_args": op_args, "op_kwargs": op_kwargs}
        super().__init__(kwargs_to_upstream=given, **given, **kwargs)
