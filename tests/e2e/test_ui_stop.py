"""``make ui`` and Ctrl-C: what can be reached while it runs, and what is left after."""

import ipaddress

import pytest

from support.ui import Stopped, Ui

pytestmark = pytest.mark.e2e


def is_loopback(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback


def test_everything_listens_on_loopback_alone(stopped_ui: Stopped) -> None:
    """Airflow's api-server and, of Spark's driver, Python's gateway, its two ports, its page."""
    assert len(stopped_ui.reached) >= 5
    assert all(is_loopback(address) for address, _ in stopped_ui.reached), stopped_ui.reached


def test_ctrl_c_during_a_run_leaves_nothing(ui: Ui, stopped_ui: Stopped) -> None:
    assert stopped_ui.status == 0
    assert stopped_ui.left == []
    assert stopped_ui.said.endswith("stopped\n")
    assert "Traceback" not in stopped_ui.said
    assert (ui.home.run(stopped_ui.run_id) / "steps").is_dir()
