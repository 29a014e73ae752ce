import pytest

from tasks.errors import ParamsError
from tasks.params.data import FLOWERS_URL
from tasks.params.definitions import RunParams
from tasks.params.installation import cron_schedule, default_params


class TestDefaultParams:
    @pytest.mark.parametrize("environ", [{}, {"GRAFT_PARAMS": ""}, {"GRAFT_PARAMS": " {} "}])
    def test_without_any(self, environ: dict[str, str]) -> None:
        assert default_params(environ) == RunParams()

    def test_take_the_place_of_the_built_in_ones(self) -> None:
        given = default_params({"GRAFT_PARAMS": '{"dataset_url": "s3://b/mine.tar", "epochs": 3}'})
        assert given == RunParams(dataset_url="s3://b/mine.tar", epochs=3)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{", "GRAFT_PARAMS is no JSON object: Expecting property name"),
            ("[1]", r"GRAFT_PARAMS is a JSON list, expected an object$"),
            ('{"epoch": 1}', "GRAFT_PARAMS: unknown param 'epoch': did you mean 'epochs'"),
            ('{"epochs": 0}', "GRAFT_PARAMS: epochs is 0, expected to be greater than or equal"),
        ],
    )
    def test_that_are_wrong(self, text: str, message: str) -> None:
        with pytest.raises(ParamsError, match=f"^{message}"):
            default_params({"GRAFT_PARAMS": text})

    def test_keep_a_password_to_themselves(self) -> None:
        with pytest.raises(ParamsError) as caught:
            default_params({"GRAFT_PARAMS": '{"dataset_url": "https://me:secret@host/x",'})
        assert "secret" not in str(caught.value)


class TestCronSchedule:
    @pytest.mark.parametrize(
        ("given", "cron"),
        [
            ("", "@weekly"),
            ("  ", "@weekly"),
            ("@daily", "@daily"),
            ("0 3 * * 1", "0 3 * * 1"),
            ("@quarterly", "0 0 1 */3 *"),
            ("0 3 * MAR FRI", "0 3 * MAR FRI"),
            ("none", None),
        ],
    )
    def test_right(self, given: str, cron: str | None) -> None:
        assert cron_schedule({"GRAFT_SCHEDULE": given}) == cron

    def test_weekly_by_default(self) -> None:
        assert cron_schedule({}) == "@weekly"

    @pytest.mark.parametrize(
        "given", ["soon", "* * *", "61 * * * *", "@once", "0 0 31 2 *", "R * * * *"]
    )
    def test_wrong(self, given: str) -> None:
        with pytest.raises(ParamsError) as caught:
            cron_schedule({"GRAFT_SCHEDULE": given})
        assert str(caught.value).startswith(
            f"GRAFT_SCHEDULE is {given!r}, expected a cron expression such as '0 3 * * 1', a preset"
            " such as @daily, or none: "
        )


def test_the_official_sources_are_the_built_in_ones() -> None:
    assert (default_params({}).source, default_params({}).dataset_url) == ("urls", FLOWERS_URL)
