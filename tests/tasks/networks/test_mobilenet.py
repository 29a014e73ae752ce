import pytest

from tasks.networks.mobilenet import Family


def test_a_row_is_a_record_without_its_classifier() -> None:
    family = Family(
        "tiny", "Tiny", build=dict, feature_size=lambda width: int(8 * width), url="u/{}_{}.tgz"
    )
    plain, small = family.network(1.0, 224, 500, 2.0, 0.7), family.network(0.5, 96, 50, 1.0, 0.5)
    assert (plain.name, small.name) == ("tiny", "tiny_0.5_96")
    assert small.checkpoint_url == "u/0.5_96.tgz"
    assert (small.image_size, small.feature_size, small.gflops) == (96, 4, 0.1)
    assert plain.parameters == pytest.approx(2.0 - 1001 * 9 / 1e6, abs=0.005)
