import numpy as np
import pytest

from tasks.errors import DataError
from tasks.training.patience import require_parts


def test_both_parts_have_records(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        require_parts(3, (np.array([30, 15]), np.array([4, 0])))
    assert "4 training records are set aside to judge epochs by, 45 are trained on" in caplog.text


@pytest.mark.parametrize(("trained_on", "aside"), [(2, 0), (0, 1)])
def test_a_part_without_records_is_refused(trained_on: int, aside: int) -> None:
    with pytest.raises(DataError) as caught:
        require_parts(3, (np.array([trained_on, 0]), np.array([0, aside])))
    assert str(caught.value) == (
        f"patience is 3, but of {trained_on + aside} training records {aside} are in the part, 1 "
        "of 10 by content, that is set aside to judge epochs by: leave patience empty, or take "
        "more records"
    )
