"""The closing lines of a conversion."""

from tasks.conversion.result import result_lines


def test_pictures_are_counted_by_split() -> None:
    splits = {
        "train": {"records": 1200, "shards": [1, 2]},
        "validation": {"records": 100, "shards": [1]},
    }
    counts = {"converted": 3, "copies": 0, "skipped": 1}
    told = {"class_names": ["a", "b"], "splits": splits, "counts": counts}
    assert list(result_lines(told, "s3a://b/c")) == [
        "1,300 pictures of 2 classes in 3 shards: train 1,200, validation 100",
        "3 stored anew, 1 cannot be used",
        "s3a://b/c is the data set; train with -p dataset_url=s3a://b/c",
    ]
    assert len(list(result_lines({**told, "counts": {}}, "/x"))) == 2
