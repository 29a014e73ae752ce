from pathlib import Path

import pytest

from support.own_models import write_graph
from tasks.errors import DataError
from tasks.model_files.frozen_graph import load_frozen_graph
from tasks.model_files.recognise import find_model


def test_the_graph_is_that_of_the_file(tmp_path: Path) -> None:
    found = load_frozen_graph(find_model(write_graph(tmp_path / "a.pb"), tmp_path))
    assert {"in", "conv", "pool"} <= {node.name for node in found.definition.node}


def test_what_no_model_may_do_is_refused(tmp_path: Path) -> None:
    path = write_graph(tmp_path / "a.pb", lambda tf: tf.io.read_file("/etc/passwd"))
    with pytest.raises(DataError, match=r"^a.pb: node ReadFile is a ReadFile, which reads or wri"):
        load_frozen_graph(find_model(path, tmp_path))
