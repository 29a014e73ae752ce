import logging
import shutil
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.damage import flip_byte
from support.locations import local
from support.sources import CLASSES, FILES, write_folder
from tasks.datasets.dataset import SPLITS, read_dataset
from tasks.datasets.extract import extract_dataset
from tasks.dumps.description import (
    DUMP_FILES,
    FORMAT,
    FROZEN,
    GRAPH,
    PIPELINE_JSON,
    TENSORS,
    dump_of_test,
    read_dump,
)
from tasks.dumps.dump import _link, dump_split
from tasks.dumps.graph import NODES
from tasks.errors import DataError
from tasks.networks.checkpoint import prefix_of
from tasks.networks.checkpoint_reader import read_shapes
from tasks.networks.inception import INCEPTION_V1
from tasks.networks.network import Network
from tasks.networks.tensorflow import import_tensorflow
from tasks.storage.artifact import Artifact, build
from tasks.storage.manifest import read_manifest
from tasks.storage.paths import Home

BATCH_SIZE = 4

# What BigDL 2.3.0's TensorflowLoader has a loader for, of the operations that the pipeline needs.
BIGDL_KNOWS = """
AvgPool Cast ConcatV2 Const Conv2D DecodeJpeg ExpandDims FIFOQueueV2 FusedBatchNorm Identity MaxPool
Mul OneHot ParseSingleExample QueueDequeueManyV2 QueueEnqueueManyV2 QueueEnqueueV2 ReaderReadV2 Relu
ResizeBilinear Squeeze Sub TFRecordReaderV2 VariableV2
"""


def read_graph(dump: Path) -> Any:
    definition = import_tensorflow().compat.v1.GraphDef()
    definition.ParseFromString((dump / GRAPH).read_bytes())
    return definition


class TestGraph:
    @pytest.mark.parametrize("split", SPLITS)
    def test_reproduces_plain_tf_slim_through_its_own_reader_and_queues(
        self,
        split: str,
        dumps: dict[str, Artifact],
        checkpoint_prefix: Path,
        expected: dict[str, Any],
        labels: dict[str, list[int]],
    ) -> None:
        tf = import_tensorflow().compat.v1
        with tf.Graph().as_default() as graph:
            tf.import_graph_def(read_graph(local(dumps[split].path)), name="")
            variables = {
                op.name: op.outputs[0] for op in graph.get_operations() if op.type == "VariableV2"
            }
            saver = tf.train.Saver(variables)
            outputs = [f"{NODES.feature}:0", f"{NODES.label}:0"]
            with tf.Session(graph=graph) as session:
                saver.restore(session, str(checkpoint_prefix))
                session.run(NODES.enqueue_shards)
                batches = []
                for _ in range(len(labels[split]) // BATCH_SIZE):
                    for _ in range(BATCH_SIZE):
                        session.run(NODES.enqueue_image)
                    batches.append(session.run(outputs))
        features, one_hot = (np.concatenate(part) for part in zip(*batches, strict=True))
        assert features.shape == (len(labels[split]), 1, 1, 1024)
        assert one_hot.tolist() == np.eye(2)[labels[split]].tolist()
        # The same operations in the same order: only the sums of other batch sizes differ, in the
        # last of float32's 24 bits (1e-6 was measured). A value near 0 is a difference of large
        # ones, so it may be off by as much as the mean one.
        wanted = expected[split]
        np.testing.assert_allclose(
            features.reshape(-1, 1024), wanted, rtol=1e-5, atol=1e-5 * wanted.mean()
        )

    def test_has_only_operations_that_bigdl_knows(self, dumps: dict[str, Artifact]) -> None:
        definition = read_graph(local(dumps["train"].path))
        assert {node.op for node in definition.node} <= set(BIGDL_KNOWS.split())
        assert not definition.library.function

    def test_has_the_nodes_that_the_job_asks_for(self, dumps: dict[str, Artifact]) -> None:
        for artifact in dumps.values():
            names = {node.name for node in read_graph(local(artifact.path)).node}
            assert set(read_dump(artifact.path).nodes.outputs()) <= names

    def test_variables_are_those_of_the_checkpoint(
        self, dumps: dict[str, Artifact], checkpoint_prefix: Path
    ) -> None:
        shapes = read_shapes(checkpoint_prefix)
        variables = {
            node.name: tuple(dim.size for dim in node.attr["shape"].shape.dim)
            for node in read_graph(local(dumps["train"].path)).node
            if node.op == "VariableV2"
        }
        assert len(variables) == 228
        assert variables.items() <= shapes.items()


class TestDescription:
    @pytest.mark.parametrize("split", SPLITS)
    def test_equals_the_extracted_data(
        self, split: str, dumps: dict[str, Artifact], dataset: Path
    ) -> None:
        data, pipeline = read_dataset(dataset), read_dump(dumps[split].path)
        assert pipeline.split == split
        assert pipeline.shards == data.splits[split].shards
        assert pipeline.records == data.splits[split].records
        assert pipeline.records_per_chunk == data.records_per_chunk
        assert pipeline.class_names == data.class_names == ("stripes", "spots")

    @pytest.mark.parametrize("split", SPLITS)
    def test_equals_the_graph(self, split: str, dumps: dict[str, Artifact]) -> None:
        pipeline = read_dump(dumps[split].path)
        nodes = {node.name: node for node in read_graph(local(dumps[split].path)).node}
        names = nodes[nodes[NODES.enqueue_shards].input[1]].attr["value"].tensor.string_val
        depth = nodes[nodes[NODES.label].input[1]].attr["value"].tensor.int_val
        assert [name.decode() for name in names] == [str(shard.path) for shard in pipeline.shards]
        assert list(depth) == [len(pipeline.class_names)]
        assert pipeline.nodes == NODES
        assert (pipeline.batch_size, pipeline.image_size, pipeline.feature_size) == (4, 224, 1024)
        assert pipeline.network == "inception_v1"
        assert set(pipeline.end_points.values()) <= set(nodes)

    def test_says_what_the_dump_was_made_from(
        self, dumps: dict[str, Artifact], dataset: Path, checkpoint: Path
    ) -> None:
        digests = [read_dump(dumps[split].path).digests for split in SPLITS]
        for given in digests:
            assert (given["dataset"], given["checkpoint"]) == (dataset.name, checkpoint.name)
        assert digests[0]["weights"] == digests[1]["weights"]
        assert digests[0]["graph"] != digests[1]["graph"]
        assert set(read_dump(dumps["train"].path).versions) == {
            "tensorflow-cpu",
            "tf-slim",
            "bigdl-dllib-spark3",
        }


class TestAnotherNetwork:
    """Nothing of Inception v1 is left in the dump of a network of other sizes."""

    def test_sizes_and_end_points_are_the_networks(self, tiny_dump: Path) -> None:
        dump = read_dump(tiny_dump)
        assert (dump.network, dump.image_size, dump.feature_size) == ("tiny", 40, 6)
        assert dump.end_points == {"a": "Tiny/a/Relu", "b": "Tiny/b/Relu"}
        assert read_manifest(tiny_dump).recipe["network"] == "tiny"

    def test_reader_queues_and_network_run(self, tiny_dump: Path, tiny_checkpoint: Path) -> None:
        tf = import_tensorflow().compat.v1
        with tf.Graph().as_default() as graph:
            tf.import_graph_def(read_graph(tiny_dump), name="")
            saver = tf.train.Saver(
                {op.name: op.outputs[0] for op in graph.get_operations() if "Variable" in op.type}
            )
            with tf.Session(graph=graph) as session:
                saver.restore(session, str(prefix_of(tiny_checkpoint)))
                session.run(NODES.enqueue_shards)
                for _ in range(BATCH_SIZE):
                    session.run(NODES.enqueue_image)
                images, features = session.run([f"{NODES.image_batch}:0", f"{NODES.feature}:0"])
        assert (images.shape, features.shape) == ((4, 40, 40, 3), (4, 1, 1, 6))
        # (value - 0.25) * 4 of values in [0, 1].
        assert -1 <= images.min() < 0 < images.max() <= 3


class TestTestSplit:
    @pytest.fixture
    def tested(self, tmp_path: Path) -> Path:
        """A data set with test records."""
        splits = {"train": 6, "val": 1, "test": 1}
        names = iter(FILES)
        files = {
            f"{split}/{name}": FILES[name]
            for _ in CLASSES
            for split, count in splits.items()
            for name in islice(names, count)
        }
        folder = write_folder(tmp_path / "pictures", files)
        return extract_dataset(folder, "digest", tmp_path / "datasets").path

    def test_the_dump_of_the_validation_records_names_the_test_records(
        self, tested: Path, tiny_network: Network, tiny_checkpoint: Path, tmp_path: Path
    ) -> None:
        train, validation = (
            read_dump(
                dump_split(
                    split=split,
                    dataset=tested,
                    checkpoint=tiny_checkpoint,
                    network=tiny_network,
                    batch_size=BATCH_SIZE,
                    home=Home(tmp_path),
                ).path
            )
            for split in SPLITS
        )
        assert (train.test, dump_of_test(train), "test" in train.digests) == (None, None, False)
        found = dump_of_test(validation)
        assert found is not None
        assert (found.split, found.records, found.test) == ("test", 3, None)
        assert found.shards == read_dataset(tested).splits["test"].shards
        assert found.path == validation.path
        assert len(validation.digests["test"]) == 16

    def test_a_test_shard_that_is_gone_is_named(
        self, tested: Path, tiny_network: Network, tiny_checkpoint: Path, tmp_path: Path
    ) -> None:
        made = dump_split(
            split="validation",
            dataset=tested,
            checkpoint=tiny_checkpoint,
            network=tiny_network,
            batch_size=BATCH_SIZE,
            home=Home(tmp_path),
        )
        (shard,) = read_dataset(tested).splits["test"].shards
        local(shard.path).unlink()
        with pytest.raises(DataError, match=f"reads {shard.path}, which is missing"):
            read_dump(made.path)


class TestReuse:
    def test_a_dump_of_an_older_format_is_made_anew_and_why_is_logged(
        self,
        tiny_dump: Path,
        tiny_network: Network,
        tiny_checkpoint: Path,
        dataset: Path,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        home = Home(tmp_path)
        recipe = {**read_manifest(tiny_dump).recipe, "format": FORMAT - 1}
        del recipe["network"]
        older = build(home.dumps, recipe, lambda folder: (folder / PIPELINE_JSON).touch())
        caplog.set_level(logging.INFO)
        made = dump_split(
            split="train",
            dataset=dataset,
            checkpoint=tiny_checkpoint,
            network=tiny_network,
            batch_size=BATCH_SIZE,
            home=home,
        )
        assert made.digest == tiny_dump.name
        message = f"{older.path} is of format {FORMAT - 1}, now {FORMAT}: making it anew"
        assert message in caplog.messages

    def test_second_dump_is_reused(
        self, dumps: dict[str, Artifact], dataset: Path, checkpoint: Path, graft_home: Home
    ) -> None:
        again = dump_split(
            split="train",
            dataset=dataset,
            checkpoint=checkpoint,
            network=INCEPTION_V1,
            batch_size=BATCH_SIZE,
            home=graft_home,
        )
        assert again.reused
        assert again.path == dumps["train"].path

    def test_splits_share_their_weights(self, dumps: dict[str, Artifact]) -> None:
        for name in (TENSORS, FROZEN):
            first, second = ((local(dumps[split].path) / name).stat() for split in SPLITS)
            assert (first.st_ino, first.st_dev) == (second.st_ino, second.st_dev)
            assert first.st_size > 20_000_000

    def test_another_batch_size_is_another_dump_of_the_same_weights(
        self, dumps: dict[str, Artifact], dataset: Path, checkpoint: Path, graft_home: Home
    ) -> None:
        other = dump_split(
            split="train",
            dataset=dataset,
            checkpoint=checkpoint,
            network=INCEPTION_V1,
            batch_size=3,
            home=graft_home,
        )
        assert not other.reused
        assert read_dump(other.path).batch_size == 3
        assert (local(other.path) / TENSORS).samefile(local(dumps["train"].path) / TENSORS)

    @pytest.mark.parametrize("name", DUMP_FILES)
    def test_a_flipped_byte_is_made_anew_in_all_that_share_the_file(
        self,
        name: str,
        tiny_network: Network,
        tiny_checkpoint: Path,
        dataset: Path,
        tmp_path: Path,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def dump(split: str) -> Artifact:
            return dump_split(
                split=split,
                dataset=dataset,
                checkpoint=tiny_checkpoint,
                network=tiny_network,
                batch_size=BATCH_SIZE,
                home=Home(tmp_path),
            )

        paths = [local(dump(split).path) for split in SPLITS]
        content = (paths[0] / name).read_bytes()
        flip_byte(paths[0] / name)
        again = [dump(split) for split in SPLITS]
        # Weights and both dumps are hard links to one file.
        damaged = 3 if name in (TENSORS, FROZEN) else 1
        assert sum(f"({name}): the file has another content" in m for m in caplog.messages) == (
            damaged
        )
        assert [made.reused for made in again] == [False, damaged == 1]
        assert (paths[0] / name).read_bytes() == content
        assert all(dump(split).reused for split in SPLITS)

    def test_a_changed_checkpoint_is_not_dumped(
        self, tiny_network: Network, tiny_checkpoint: Path, dataset: Path, tmp_path: Path
    ) -> None:
        checkpoint = tmp_path / tiny_checkpoint.name
        shutil.copytree(tiny_checkpoint, checkpoint)
        flip_byte(prefix_of(checkpoint))
        with pytest.raises(DataError, match=f"^{prefix_of(checkpoint)} has another content, by "):
            dump_split(
                split="train",
                dataset=dataset,
                checkpoint=checkpoint,
                network=tiny_network,
                batch_size=BATCH_SIZE,
                home=Home(tmp_path),
            )

    def test_copies_where_there_are_no_hard_links(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*arguments: object) -> None:
            raise PermissionError

        monkeypatch.setattr("os.link", refuse)
        (tmp_path / "source").write_bytes(b"weights")
        _link(tmp_path / "source", tmp_path / "target")
        assert not (tmp_path / "source").samefile(tmp_path / "target")
        assert (tmp_path / "target").read_bytes() == b"weights"
