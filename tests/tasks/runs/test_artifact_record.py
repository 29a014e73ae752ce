from pathlib import Path

from tasks.runs.artifact_record import ArtifactRecord
from tasks.storage.artifact import Artifact
from tasks.storage.locations import Location, RemotePath


def test_has_the_fields_of_an_artifact_as_json_types() -> None:
    paths: tuple[Location, ...] = (Path("/made/abc"), RemotePath("hdfs://host/made/abc"))
    for path in paths:
        artifact = Artifact(path, "abc", reused=True, seconds=1.23456)
        record = ArtifactRecord(**artifact.as_dict())
        assert record.as_json() == artifact.as_dict()
        assert (record.path, record.seconds) == (str(path), 1.235)
