import pytest
from airflow.sdk import ExceptionRetryPolicy, RetryAction
from airflow.sdk.exceptions import AirflowTaskTimeout

from graft_airflow.retries import RETRIES
from tasks import errors

POLICY = RETRIES["retry_policy"]

pytestmark = pytest.mark.filterwarnings(
    "error::airflow.utils.deprecation_tools.DeprecatedImportWarning"
)


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (errors.NetworkError("404"), RetryAction.RETRY),
        (errors.ClusterError("lost"), RetryAction.RETRY),
        (errors.DataError("bad"), RetryAction.FAIL),
        (KeyError("path"), RetryAction.FAIL),
        (AirflowTaskTimeout("6 h"), RetryAction.FAIL),
    ],
)
def test_only_what_may_pass_is_retried_also_after_serialisation(
    error: BaseException, action: RetryAction
) -> None:
    for policy in (POLICY, ExceptionRetryPolicy.deserialize(POLICY.serialize())):
        assert policy.evaluate(error, try_number=1, max_tries=3).action is action
