import pytest

from tasks.training.stages import Stages


def fail(stages: Stages) -> None:
    with stages.timed("export"):
        raise ValueError("broke")


def test_every_stage_that_ended_is_in_the_order_of_the_ends() -> None:
    stages = Stages()
    with stages.timed("outer"), stages.timed("inner"):
        pass
    with pytest.raises(ValueError, match="broke"):
        fail(stages)
    assert list(stages.seconds) == ["inner", "outer"]
    assert stages.seconds["outer"] >= stages.seconds["inner"] >= 0


def test_two_jobs_do_not_share_their_stages() -> None:
    with Stages().timed("spark"):
        pass
    assert Stages().seconds == {}
