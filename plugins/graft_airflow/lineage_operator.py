"""Operators that tell Airflow's OpenLineage provider what they read and write.

The provider calls them where somebody turned it on; elsewhere nothing here does anything. Its own
class of the results is ``OperatorLineage``.
"""

from typing import Any

from airflow.sdk import Asset

from graft_airflow.lineage_datasets import known_inputs
from graft_airflow.lineage_record import Lineage, LineageDataset, dataset_name
from graft_airflow.run import current_run, pipeline_of
from tasks.storage.paths import Home


class LineageOperator:
    """Part of an operator: its lineage, that of a step unless a subclass says otherwise."""

    dag: Any
    inlets: list[Any]
    task_id: str

    def get_openlineage_facets_on_start(self) -> Any:
        """Return the data sets that the task is about to read."""
        return self._translated(Lineage(inputs=self.lineage_inputs()))

    def get_openlineage_facets_on_complete(self, task_instance: Any) -> Any:
        """Return what the task has read and written, and facts about it."""
        return self._translated(self.lineage(task_instance.get_template_context()))

    def get_openlineage_facets_on_failure(self, task_instance: Any) -> Any:  # noqa: ARG002 - the provider passes it
        """Return what the task read; a task that failed has written nothing that counts."""
        return self.get_openlineage_facets_on_start()

    def lineage_inputs(self) -> tuple[LineageDataset, ...]:
        """Return the data sets that the task reads in every run."""
        home, pipeline = Home.from_environ(), pipeline_of(self.dag.dag_id)
        return known_inputs(home, pipeline, self.task_id)

    def lineage(self, context: Any) -> Lineage:
        """Return the lineage of the task, which has ended.

        Args:
            context: of the task.
        """
        from graft_airflow.lineage import step_lineage

        return step_lineage(current_run(context), self.task_id)

    def _translated(self, lineage: Lineage) -> Any:
        """Return a lineage in OpenLineage's classes, with the assets that the task reads."""
        from graft_airflow.lineage_facets import operator_lineage

        assets = tuple(
            LineageDataset(name=dataset_name(asset.uri))
            for asset in self.inlets
            if isinstance(asset, Asset)
        )
        return operator_lineage(lineage, more_inputs=assets)
