import pytest

from tasks.errors import SetupError
from tasks.spark.authentication import SECRET, authentication_conf, daemon_env

OURS = {SECRET: "0123456789abcdef"}


@pytest.mark.parametrize("master", ["spark://host:7077", "yarn", "k8s://https://host"])
def test_a_driver_authenticates_to_a_cluster_and_encrypts(master: str) -> None:
    conf = authentication_conf(master, OURS)
    assert conf["spark.authenticate"] == "true"
    assert conf["spark.authenticate.secret"] == OURS[SECRET]
    assert conf["spark.network.crypto.enabled"] == "true"
    assert conf["spark.network.crypto.saslFallback"] == "false"
    # Spark's default does not notice changed messages.
    assert conf["spark.network.crypto.cipher"] == "AES/GCM/NoPadding"


@pytest.mark.parametrize(
    ("master", "environ"),
    [("local[2]", OURS), ("spark://host:7077", {}), ("spark://host:7077", {SECRET: ""})],
)
def test_nobody_is_there_or_there_is_no_secret(master: str, environ: dict[str, str]) -> None:
    assert authentication_conf(master, environ) == {}


def test_master_and_worker_do_the_same_without_showing_the_secret() -> None:
    given = daemon_env({**OURS, "SPARK_DAEMON_JAVA_OPTS": "-Dmine=1"})
    assert given["_SPARK_AUTH_SECRET"] == OURS[SECRET]
    options = given["SPARK_DAEMON_JAVA_OPTS"].split()
    driver = authentication_conf("spark://host:7077", OURS)
    secret = driver.pop("spark.authenticate.secret")
    assert options == ["-Dmine=1", *(f"-D{name}={value}" for name, value in driver.items())]
    assert secret not in given["SPARK_DAEMON_JAVA_OPTS"]
    # A shell in a container has the environment twice.
    assert daemon_env({**OURS, **given}) == given
    assert daemon_env({}) == {}


@pytest.mark.parametrize("read", [daemon_env, lambda env: authentication_conf("yarn", env)])
def test_a_secret_that_can_be_guessed(read: object) -> None:
    assert callable(read)
    with pytest.raises(SetupError) as error:
        read({SECRET: "graft"})
    assert str(error.value) == (
        "GRAFT_SPARK_SECRET has 5 characters, expected 16 or more, such as those of: "
        "openssl rand -base64 24"
    )
