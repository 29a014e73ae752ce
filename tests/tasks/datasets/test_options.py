from tasks.datasets.options import Options, options_of
from tasks.params.data import DataParams


def test_defaults_are_those_of_the_params() -> None:
    params = DataParams()
    options = Options()
    assert all(getattr(params, name) == value for name, value in vars(options).items())


def test_choices_are_those_of_the_params() -> None:
    params = DataParams(max_side=512, max_bad=0.5, validation_share=0.2)
    assert options_of(params) == Options(max_side=512, max_bad=0.5, validation_share=0.2)
