import ast
import sys
from pathlib import Path

import pandas as pd

from tasks.tracking import graft_pyfunc


def test_answers_keep_the_frames_index(saved_model: Path) -> None:
    model = graft_pyfunc._load_pyfunc(str(saved_model))
    frame = pd.DataFrame({"image_bytes": [b"x", bytearray(b"y")]}, index=["a.jpg", "b.jpg"])
    answer = model.predict(frame)
    assert list(answer.index) == ["a.jpg", "b.jpg"]
    assert answer.loc["b.jpg", "class"] == "rose"


def test_no_pictures_have_no_answers(saved_model: Path) -> None:
    model = graft_pyfunc._load_pyfunc(str(saved_model))
    assert len(model.predict(pd.DataFrame({"image_bytes": []}))) == 0


def test_needs_nothing_of_graft() -> None:
    """MLflow loads a copy of the module where Graft is not installed."""
    tree = ast.parse(Path(graft_pyfunc.__file__).read_text())
    found = {n.names[0].name for n in ast.walk(tree) if isinstance(n, ast.Import)}
    found |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert found - set(sys.stdlib_module_names) == {"pandas", "tensorflow"}
