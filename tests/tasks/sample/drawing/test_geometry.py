import math

import numpy as np
import pytest

from tasks.sample.drawing.geometry import Pose, direction


def test_directions_are_cosine_and_sine() -> None:
    turns = np.arange(4096) / 4096
    cosine, sine = direction(turns)
    # 30 terms of the series leave some units of the last place.
    assert cosine == pytest.approx(np.cos(2 * math.pi * turns), abs=1e-14)
    assert sine == pytest.approx(np.sin(2 * math.pi * turns), abs=1e-14)


@pytest.mark.parametrize("turns", [1.25, -0.75, 7.25])
def test_whole_turns_change_nothing(turns: float) -> None:
    assert np.array_equal(direction(np.array([turns])), direction(np.array([0.25])))


def placed(pose: Pose, right: float, down: float) -> list[float]:
    return list(pose.place(np.array([right]), np.array([down]))[0])


def test_an_upright_pose_scales_and_shifts() -> None:
    pose = Pose(x=10, y=20, radius=5, turn=0)
    assert placed(pose, 1, 0) == pytest.approx([15, 20])
    assert placed(pose, 0, 1) == pytest.approx([10, 25])


def test_a_squashed_pose_is_lower_not_narrower() -> None:
    pose = Pose(x=10, y=20, radius=5, turn=0, squash=0.5)
    assert placed(pose, 1, 1) == pytest.approx([15, 22.5])


def test_a_quarter_turn_is_clockwise() -> None:
    pose = Pose(x=10, y=20, radius=5, turn=0.25, squash=0.5)
    assert placed(pose, 1, 0) == pytest.approx([10, 25])
    assert placed(pose, 0, 1) == pytest.approx([7.5, 20])


def test_points_keep_their_shape() -> None:
    assert Pose(x=0, y=0, radius=1, turn=0).place(*np.zeros((2, 3, 4))).shape == (3, 4, 2)


def test_a_moved_disc_is_placed_in_radii_of_the_first() -> None:
    moved = Pose(x=10, y=20, radius=5, turn=0, squash=0.5).moved(1, -1, scale=0.2)
    assert moved == Pose(x=15, y=17.5, radius=1, turn=0, squash=0.5)


def test_a_scaled_disc_stays_where_it_is() -> None:
    pose = Pose(x=10, y=20, radius=5, turn=0.1)
    assert pose.scaled(3) == Pose(x=10, y=20, radius=15, turn=0.1)
