"""Names of networks that ``make bench-networks`` takes, and those that it measures by itself."""

import pytest

from benchmarks.networks import DEFAULT, REAL, main
from tasks.networks.table import NETWORKS


def test_measures_networks_of_the_table() -> None:
    assert {*DEFAULT, *(name for name, _, _ in REAL)} <= set(NETWORKS)


def test_another_name_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["networks", "--networks", "vgg_16 vgg_18"])
    with pytest.raises(SystemExit) as refused:
        main()
    assert refused.value.code == 2
    assert "error: network is 'vgg_18', expected one of 'inception_v1'" in capsys.readouterr().err
