from tasks.serving.region import Region


def test_edges_are_top_left_bottom_right() -> None:
    assert Region.of_edges([0, 0, 1, 1]) == Region()
    assert Region.of_edges([0.25, 0, 0.75, 0.5]) == Region(0, 0.25, 0.5, 0.5)
