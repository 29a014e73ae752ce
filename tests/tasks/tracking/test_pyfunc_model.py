from pathlib import Path

import yaml

from tasks.storage.paths import Home
from tasks.tracking.pyfunc_model import NEEDS, write_pyfunc_model


def test_the_folder_names_loader_and_packages(
    home: Home, tmp_path: Path, mlflow_quiet: None
) -> None:
    (export, *_) = sorted(home.exports.glob("[!.]*"))
    write_pyfunc_model(export, tmp_path / "model")
    described = yaml.safe_load((tmp_path / "model" / "MLmodel").read_text())
    flavor = described["flavors"]["python_function"]
    assert flavor["loader_module"] == "graft_pyfunc"
    assert (tmp_path / "model" / flavor["code"] / "graft_pyfunc.py").is_file()
    assert (tmp_path / "model" / flavor["data"] / "saved_model.pb").is_file()
    needed = (tmp_path / "model" / "requirements.txt").read_text().split()
    assert {line.partition("==")[0] for line in needed} == {"mlflow", *NEEDS}
