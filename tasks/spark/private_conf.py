"""Spark settings that are secret: they reach the job in its environment.

As options of ``spark-submit``, every user of the machine could see them in the list of processes.
"""

import json
import re
from collections.abc import Mapping

#: Variable with the settings, as a JSON object.
PRIVATE_CONF = "GRAFT_SPARK_PRIVATE_CONF"

# Names whose values Spark hides on its own pages (spark.redaction.regex), and Azure's keys.
_SECRET = re.compile(r"secret|password|token|access[.]?key|account[.]key|credential", re.IGNORECASE)


def without_private(conf: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that everyone may see."""
    return {name: value for name, value in conf.items() if not _SECRET.search(name)}


def private_env(conf: Mapping[str, str]) -> dict[str, str]:
    """Return the variable with the settings that are secret; empty if there are none."""
    private = {name: value for name, value in conf.items() if _SECRET.search(name)}
    return {PRIVATE_CONF: json.dumps(private)} if private else {}


def private_conf(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the settings that the variable holds."""
    return dict(json.loads(environ.get(PRIVATE_CONF) or "{}"))
