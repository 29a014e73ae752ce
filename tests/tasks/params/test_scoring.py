import pytest

from tasks.errors import ParamsError
from tasks.params.parser import parse
from tasks.params.scoring import SCORE_SECTIONS, ScoreConfig, ScoreParams


def test_the_sections_are_all_params() -> None:
    named = [name for section in SCORE_SECTIONS for name in section.model_fields]
    assert sorted(named) == sorted(ScoreParams.model_fields)


def test_only_the_pictures_have_to_be_named() -> None:
    found = parse(ScoreParams, {"pictures_url": "hdfs:///pictures"})
    assert (found.model, found.output, found.max_bad) == ("champion", "parquet", None)
    with pytest.raises(ParamsError, match="pictures_url is missing: A folder of pictures, with"):
        parse(ScoreConfig, {})
    with pytest.raises(ParamsError, match="pictures_url is 'x', expected a URL such as"):
        parse(ScoreConfig, {"pictures_url": "x"})
    with pytest.raises(ParamsError, match="unknown param 'modal': did you mean 'model'"):
        parse(ScoreConfig, {"pictures_url": "/x", "modal": "4"})
