from types import SimpleNamespace

import pytest

from graft_airflow.run import Run, current_run
from tasks.errors import ParamsError
from tasks.params.definitions import RunParams
from tasks.runs.record import DAG_ID
from tasks.storage.paths import Home

CONTEXT = {
    "params": {"epochs": 3},
    "run_id": "manual__2026",
    "dag": SimpleNamespace(dag_id=DAG_ID),
}

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


class TestCurrentRun:
    def test_checks_and_completes_the_params(self, home: Home) -> None:
        run = current_run(CONTEXT)
        assert run == Run(RunParams(epochs=3), home, "manual__2026")

    def test_of_a_pipeline_has_a_name_of_its_own(self, home: Home) -> None:
        context = {**CONTEXT, "dag": SimpleNamespace(dag_id="birds_transfer_learning")}
        run = current_run(context)
        assert run == Run(RunParams(epochs=3), home, "birds/manual__2026", "birds")
        assert home.run(run.run_id) != home.run(current_run(CONTEXT).run_id)

    def test_of_a_dag_of_ones_own_is_like_the_built_in_one(self) -> None:
        run = current_run({**CONTEXT, "dag": SimpleNamespace(dag_id="mine")})
        assert (run.run_id, run.pipeline) == ("manual__2026", "flowers")

    def test_an_unknown_param_is_named_with_the_nearest(self) -> None:
        context = {**CONTEXT, "params": {**RunParams().model_dump(), "epoch": 3}}
        with pytest.raises(ParamsError, match="unknown param 'epoch': did you mean 'epoch"):
            current_run(context)

    def test_a_value_out_of_bounds(self) -> None:
        with pytest.raises(ParamsError, match="batch_size is 0, expected"):
            current_run({**CONTEXT, "params": {"batch_size": 0}})


class TestShownParams:
    def test_of_the_sample_have_no_urls(self, home: Home) -> None:
        shown = Run(RunParams(source="sample"), home, "manual__2026").shown_params()
        assert shown["source"] == "sample"
        assert not {"dataset_url", "checkpoint_sha256"} & set(shown)

    def test_have_no_secrets(self, home: Home) -> None:
        params = RunParams(dataset_url="https://me:secret@host/a.tar?token=1", epochs=3)
        shown = Run(params, home, "manual__2026").shown_params()
        assert shown["dataset_url"] == "https://***@host/a.tar?***"
        assert shown["epochs"] == 3
