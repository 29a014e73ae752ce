import pytest

from graft_airflow.assets import model_asset
from graft_airflow.lineage_record import DatasetName, dataset_name
from tasks.storage.paths import Home


@pytest.mark.parametrize(
    ("url", "namespace", "name"),
    [
        ("file:///data/my%20birds", "file", "/data/my%20birds"),
        ("file://host/data", "file://host", "/data"),
        ("s3://bucket/a/b.zip", "s3://bucket", "a/b.zip"),
        ("s3a://bucket/a/b.zip", "s3://bucket", "a/b.zip"),
        ("GS://bucket/a", "gs://bucket", "a"),
        ("gs://bucket", "gs://bucket", "/"),
        ("hdfs://head:8020/data/birds", "hdfs://head:8020", "/data/birds"),
        ("hdfs:///data/birds", "hdfs://", "/data/birds"),
        ("abfss://box@me.dfs.core.windows.net/a", "abfss://box@me.dfs.core.windows.net", "a"),
        ("https://example.org:8443/a.zip", "https://example.org:8443", "/a.zip"),
    ],
)
def test_names_are_those_of_the_specification(url: str, namespace: str, name: str) -> None:
    assert dataset_name(url) == DatasetName(namespace, name)


@pytest.mark.parametrize(
    "url",
    [
        "https://me:s3cret@example.org/a.zip?token=s3cret",
        "https://s3cret@example.org/a.zip#s3cret",
        "https://example.org/token=s3cret",
        "abfss://box:s3cret@me.dfs.core.windows.net/a",
        "https://me:pass/s3cret@host/",
    ],
)
def test_names_have_no_secrets(url: str) -> None:
    found = dataset_name(url)
    assert "s3cret" not in f"{found.namespace}{found.name}"


def test_a_dag_that_follows_an_asset_has_the_same_name(home: Home) -> None:
    """Airflow's provider makes a name of the asset in that DAG."""
    from airflow.providers.openlineage.utils.utils import translate_airflow_asset

    asset = model_asset("birds")
    theirs, ours = translate_airflow_asset(asset, None), dataset_name(asset.uri)
    assert theirs is not None
    assert (ours.namespace, ours.name) == (theirs.namespace, theirs.name)
