"""Spark's authentication: a secret that driver, executors, master and workers share.

Without it, whoever reaches the port of a standalone master or worker runs code there. With it, they
also encrypt what they tell each other.
"""

from collections.abc import Mapping

from tasks.errors import SetupError
from tasks.spark.settings import is_local

#: Variable with the secret, of every process that joins the cluster.
SECRET = "GRAFT_SPARK_SECRET"  # noqa: S105 - the name of a variable
SHORTEST_SECRET = 16

# Read by Spark's own processes, and passed on from a worker to its executors.
_SPARK_SECRET = "_SPARK_AUTH_SECRET"  # noqa: S105 - the name of a variable
_DAEMON_OPTIONS = "SPARK_DAEMON_JAVA_OPTS"
_CONF = {
    "spark.authenticate": "true",
    "spark.network.crypto.enabled": "true",
    # Spark's defaults are an older handshake, a cipher that does not notice changed messages
    # (CVE-2025-55039), and another encryption for peers that lack this one.
    "spark.network.crypto.authEngineVersion": "2",
    "spark.network.crypto.cipher": "AES/GCM/NoPadding",
    "spark.network.crypto.saslFallback": "false",
}


def authentication_conf(master: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the Spark settings of a driver that authenticates; empty without a secret.

    Args:
        master: Spark's master URL; a local master has nobody to authenticate to.
        environ: the driver's environment.

    Raises:
        SetupError: the secret can be guessed.
    """
    if is_local(master) or not (secret := read_secret(environ)):
        return {}
    return {**_CONF, "spark.authenticate.secret": secret}


def daemon_env(environ: Mapping[str, str]) -> dict[str, str]:
    """Return variables with which a standalone master and its workers authenticate.

    The secret is not among the options of Java, which every user of the machine can see.

    Raises:
        SetupError: the secret can be guessed.
    """
    if not (secret := read_secret(environ)):
        return {}
    given = environ.get(_DAEMON_OPTIONS, "").split()
    ours = [f"-D{name}={value}" for name, value in _CONF.items()]
    return {_SPARK_SECRET: secret, _DAEMON_OPTIONS: " ".join(dict.fromkeys([*given, *ours]))}


def read_secret(environ: Mapping[str, str]) -> str:
    """Return the secret, '' if there is none.

    Raises:
        SetupError: it can be guessed.
    """
    secret = environ.get(SECRET, "")
    if secret and len(secret) < SHORTEST_SECRET:
        raise SetupError(
            f"{SECRET} has {len(secret)} characters, expected {SHORTEST_SECRET} or more, such as "
            "those of: openssl rand -base64 24"
        )
    return secret
