"""What the ways to download share."""

from pathlib import Path

import pytest
import requests

from tasks.download.transfer import DEFAULT_POLICY, Transfer, reason

URL = "http://me:pa55@host/a.tar?token=t0ken"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError("no route"), "no route"),
        (OSError("no route\nand more"), "no route"),
        (OSError(), "OSError"),
        (RuntimeError(OSError("no route")), "no route"),
        (RuntimeError(f"cannot open {URL}"), "cannot open http://***@host/a.tar?***"),
        (RuntimeError("wrong password pa55"), "wrong password ***"),
    ],
)
def test_reason(error: Exception, told: str) -> None:
    assert reason(error, URL) == told


def test_the_reason_of_a_refused_connection_is_the_innermost() -> None:
    with pytest.raises(requests.ConnectionError) as refused:
        requests.get("http://127.0.0.1:1/a.tar?token=t0ken", timeout=5)
    told = reason(refused.value, "http://127.0.0.1:1/a.tar?token=t0ken")
    assert told.endswith("Connection refused")
    assert "t0ken" not in told


def test_dropping_forgets_the_part_and_what_it_is_of(tmp_path: Path) -> None:
    transfer = Transfer(URL, tmp_path / "key.part", None, DEFAULT_POLICY)
    assert transfer.sidecar == tmp_path / "key.part.json"
    transfer.part.write_text("beginning")
    transfer.sidecar.write_text("{}")
    transfer.drop()
    assert list(tmp_path.iterdir()) == []
    transfer.drop()
