"""Lineage in the classes of Airflow's OpenLineage provider, which alone imports this module."""

import json
from pathlib import Path
from typing import Any

from graft_airflow.lineage_record import DatasetName, Lineage, LineageDataset, dataset_name
from tasks.storage.locations import location


def operator_lineage(lineage: Lineage, more_inputs: tuple[LineageDataset, ...] = ()) -> Any:
    """Return a lineage as the provider's ``OperatorLineage``.

    Args:
        lineage: of a task.
        more_inputs: data sets that it reads as well.
    """
    from airflow.providers.openlineage.extractors import OperatorLineage
    from openlineage.client.generated.base import InputDataset, OutputDataset, RunFacet

    run_facets: dict[str, Any] = {
        name: RunFacet().with_additional_properties(**facts)
        for name, facts in lineage.facts.items()
    }
    if lineage.params:
        run_facets["executionParameters"] = _parameters(lineage)
    return OperatorLineage(
        inputs=[
            InputDataset(each.name.namespace, each.name.name, facets=_facets(each))
            for each in (*lineage.inputs, *more_inputs)
        ],
        outputs=[
            OutputDataset(
                each.name.namespace,
                each.name.name,
                facets=_facets(each),
                outputFacets=_statistics(each),
            )
            for each in lineage.outputs
        ],
        run_facets=run_facets,
    )


def _parameters(lineage: Lineage) -> Any:
    from openlineage.client.generated import execution_parameters_run as run

    parameters = [
        run.ExecutionParameter(
            key=name, value=value if isinstance(value, str) else json.dumps(value)
        )
        for name, value in lineage.params.items()
    ]
    return run.ExecutionParametersRunFacet(parameters=parameters)


def _facets(dataset: LineageDataset) -> dict[str, Any]:
    from openlineage.client.generated import dataset_type_dataset, dataset_version_dataset
    from openlineage.client.generated.base import DatasetFacet
    from openlineage.client.generated.symlinks_dataset import Identifier, SymlinksDatasetFacet

    kind = "MODEL" if dataset.is_model else "FILE"
    found: dict[str, Any] = {
        name: DatasetFacet().with_additional_properties(**facts)
        for name, facts in dataset.facts.items()
    }
    found["datasetType"] = dataset_type_dataset.DatasetTypeDatasetFacet(datasetType=kind)
    if dataset.version:
        found["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(dataset.version)
    if dataset.location:
        name = _place(dataset.location)
        link = Identifier(namespace=name.namespace, name=name.name, type="LOCATION")
        found["symlinks"] = SymlinksDatasetFacet(identifiers=[link])
    return found


def _place(text: str) -> DatasetName:
    """Return the name of a path or a URL, as tools that read the files themselves have it."""
    place = location(text)
    return DatasetName("file", str(place)) if isinstance(place, Path) else dataset_name(place.url)


def _statistics(dataset: LineageDataset) -> dict[str, Any]:
    from openlineage.client.generated import output_statistics_output_dataset as statistics

    if dataset.rows is None:
        return {}
    facet = statistics.OutputStatisticsOutputDatasetFacet(rowCount=dataset.rows)
    return {"outputStatistics": facet}
