import pytest

from tasks.params.base import Params
from tasks.params.definitions import SECTIONS, SOURCE_PARAMS, JobConfig, JobParams, RunParams
from tasks.params.parser import parse

RECIPE = {
    "tune": "true",
    "l2": None,
    "batch_size": None,
    "epochs": 10,
    "learning_rate": 0.001,
    "decay_rate": 0.9,
    "standardize": True,
    "seed": 1,
    "calibrate": True,
    "feature_engine": "auto",
}


class TestSections:
    def test_have_every_param_of_a_run_once(self) -> None:
        names = [name for section in SECTIONS for name in section.model_fields]
        assert len(names) == len(set(names))
        assert set(names) == set(RunParams.model_fields)

    def test_are_those_of_the_form(self) -> None:
        titles = [section.model_json_schema()["title"] for section in SECTIONS]
        assert list(dict.fromkeys(titles)) == [
            "Data",
            "Network",
            "Training",
            "Promotion",
            "Spark",
            "Run",
        ]

    def test_a_run_and_its_sections_agree_on_values(self) -> None:
        run = RunParams(epochs=3, source="sample", executors=4, network="inception_v1", force=True)
        for section in SECTIONS:
            part = section(**run.model_dump(include=set(section.model_fields)))
            assert part.model_dump().items() <= run.model_dump().items()
            assert isinstance(run, section)


class TestDecisive:
    def test_is_all_that_the_head_depends_on(self) -> None:
        assert JobParams().decisive() == RECIPE
        assert RunParams(source="sample", executors=7).decisive() == RECIPE

    def test_of_epochs_has_nothing_that_older_versions_lacked(self) -> None:
        older = {name: value for name, value in RECIPE.items() if name not in ("tune", "l2")}
        assert JobParams(tune="false").decisive() == older
        assert JobParams(epochs=3).decisive() == {**older, "epochs": 3}

    @pytest.mark.parametrize("given", [{"force": True}, {"parity_records": 0}])
    def test_leaves_out_what_does_not_change_the_head(self, given: dict[str, int]) -> None:
        assert parse(RunParams, given).decisive() == RECIPE

    def test_of_a_job_has_nothing_of_the_job_alone(self) -> None:
        config = JobConfig(train_dump="t", validation_dump="v", max_local_mib=1)
        assert config.decisive() == RECIPE


def test_run_and_job_share_the_jobs_params() -> None:
    shared = set(JobParams.model_fields)
    assert shared < set(RunParams.model_fields)
    assert shared < set(JobConfig.model_fields)
    assert shared == set(RunParams.model_fields) & set(JobConfig.model_fields)


def test_the_sample_takes_the_place_of_params_that_there_are() -> None:
    assert set(SOURCE_PARAMS) < set(RunParams.model_fields)


@pytest.mark.parametrize("model", [RunParams, JobConfig])
def test_every_param_is_explained(model: type[Params]) -> None:
    for name, field in model.model_fields.items():
        assert field.title, name
        assert field.description, name
