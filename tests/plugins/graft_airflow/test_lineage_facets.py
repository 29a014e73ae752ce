"""Lineage in the provider's classes, looked at as the JSON that its client sends."""

import json
from typing import Any

from openlineage.client.serde import Serde

from graft_airflow.lineage_facets import operator_lineage
from graft_airflow.lineage_record import DatasetName, Lineage, LineageDataset

MODEL = LineageDataset(
    name=DatasetName("file", "/home/models/birds"),
    version="abc",
    location="/home/models/abc",
    is_model=True,
    rows=12,
    facts={"graft_model": {"top1": 0.5, "records": {"train": 8}}},
)
PICTURES = LineageDataset(name=DatasetName("s3://bucket", "birds"))


def without_origin(facets: dict[str, Any]) -> dict[str, Any]:
    """Return facets without the fields that every facet has."""
    return {
        name: {key: value for key, value in facet.items() if not key.startswith("_")}
        for name, facet in facets.items()
    }


def sent(lineage: Lineage, *more: LineageDataset) -> dict[str, Any]:
    found = operator_lineage(lineage, more)
    return {
        "inputs": [as_json(each) for each in found.inputs],
        "outputs": [as_json(each) for each in found.outputs],
        "run_facets": {name: as_json(facet) for name, facet in found.run_facets.items()},
    }


def as_json(part: Any) -> dict[str, Any]:
    return dict(json.loads(Serde.to_json(part)))


def test_a_model() -> None:
    (model,) = sent(Lineage(outputs=(MODEL,)))["outputs"]
    assert (model["namespace"], model["name"]) == ("file", "/home/models/birds")
    link = {"namespace": "file", "name": "/home/models/abc", "type": "LOCATION"}
    assert without_origin(model["facets"]) == {
        "datasetType": {"datasetType": "MODEL"},
        "version": {"datasetVersion": "abc"},
        "symlinks": {"identifiers": [link]},
        "graft_model": {"top1": 0.5, "records": {"train": 8}},
    }
    assert without_origin(model["outputFacets"]) == {"outputStatistics": {"rowCount": 12}}


def test_a_location_that_is_a_url() -> None:
    remote = LineageDataset(name=DatasetName("file", "/dumps"), location="s3a://bucket/dumps/abc")
    (dump,) = sent(Lineage(outputs=(remote,)))["outputs"]
    (link,) = dump["facets"]["symlinks"]["identifiers"]
    assert (link["namespace"], link["name"]) == ("s3://bucket", "dumps/abc")


def test_inputs_of_which_only_the_name_is_known() -> None:
    first, second = sent(Lineage(inputs=(PICTURES,)), MODEL)["inputs"]
    assert without_origin(first["facets"]) == {"datasetType": {"datasetType": "FILE"}}
    assert second["name"] == "/home/models/birds"


def test_params_and_facts_of_the_run() -> None:
    lineage = Lineage(params={"epochs": 2, "promote": "never", "crop": None}, facts={"f": {"a": 1}})
    facets = without_origin(sent(lineage)["run_facets"])
    assert facets["f"] == {"a": 1}
    given = {each["key"]: each["value"] for each in facets["executionParameters"]["parameters"]}
    assert given == {"epochs": "2", "promote": "never", "crop": "null"}
    assert sent(Lineage())["run_facets"] == {}
