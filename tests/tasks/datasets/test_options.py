from tasks.datasets.options import Options
from tasks.params.data import DataParams


def test_defaults_are_those_of_the_params() -> None:
    params = DataParams()
    options = Options()
    assert all(getattr(params, name) == value for name, value in vars(options).items())
