"""Checks of what an installation sets: schedule, Spark's master, and room for artefacts.

Every check returns what it found, and raises where that will not do.
"""

import os
import resource
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path

import psutil

from deploy.connection import SPARK_CONNECTION, USE_LOCAL, spark_master
from tasks.errors import SetupError
from tasks.networks.slim_library import SLIM_PATH, VIDEO, library_folder, library_names
from tasks.params.installation import cron_schedule, default_params, pipelines_folder
from tasks.pipelines.folder import read_pipelines
from tasks.spark.authentication import SECRET, authentication_conf
from tasks.spark.files import hadoop_files
from tasks.spark.settings import is_local, lacks_yarn_conf
from tasks.storage.cgroups import memory_limit
from tasks.storage.local_files import free_space
from tasks.storage.paths import Home

_NEEDED_GIB = 2.0
_NEEDED_OPEN_FILES = 1024


def check_master(environ: Mapping[str, str]) -> str:
    """Return the master URL of Airflow's Spark connection."""
    connection = environ.get(SPARK_CONNECTION, "")
    if not connection:
        raise SetupError(f"{SPARK_CONNECTION} is not set: source env.sh, or {USE_LOCAL}")
    master = spark_master(connection)
    if lacks_yarn_conf(master, environ):
        raise SetupError("yarn, but neither HADOOP_CONF_DIR nor YARN_CONF_DIR is set")
    return master


def check_authentication(environ: Mapping[str, str]) -> str:
    """Return whether jobs authenticate to their cluster."""
    try:
        master = spark_master(environ.get(SPARK_CONNECTION, ""))
    except SetupError:
        return "unknown, see Spark master"
    if is_local(master):
        return "not needed, nothing of a local Spark can be reached from other machines"
    if authentication_conf(master, environ):
        return f"with {SECRET}; Spark's processes encrypt what they send each other"
    if not master.startswith("spark://"):
        return f"as the cluster's own settings say; {SECRET} asks for it"
    return (
        f"none: unless a network keeps strangers away, they can run code on the workers of {master}"
        f"; set {SECRET} for all of its processes, see docs/cluster.md"
    )


def check_schedule(environ: Mapping[str, str]) -> str:
    """Return when the DAG runs by itself."""
    default_params(environ)
    cron = cron_schedule(environ)
    return "by the data set's asset alone" if cron is None else f"{cron}, UTC"


def check_pipelines(environ: Mapping[str, str]) -> str:
    """Return the pipelines of the folder that ``GRAFT_PIPELINES`` names."""
    folder = pipelines_folder(environ)
    if folder is None:
        return "not set; needed for more than one data set only"
    found = read_pipelines(environ)
    if found.problems:
        raise SetupError("; ".join(found.problems))
    return f"{folder}: {', '.join(found.files) or 'no pipeline yet, see graft pipeline new --help'}"


def check_slim_path(environ: Mapping[str, str]) -> str:
    """Return the TF-Slim image models library, and how many networks it lists."""
    if not environ.get(SLIM_PATH):
        return "not set; needed for networks slim:NAME only"
    folder = library_folder(environ)
    return f"{folder}, {len({*library_names(folder)} - {*VIDEO})} networks"


def check_disk(root: Path) -> str:
    """Return the room on the disk of a folder, which need not exist yet."""
    existing, free_bytes = free_space(root)
    free = free_bytes / 2**30
    if free < _NEEDED_GIB:
        raise SetupError(
            f"{free:.1f} GiB free in {existing}, {_NEEDED_GIB:.0f} expected: make room or set "
            "GRAFT_HOME to a larger disk"
        )
    return f"{free:.1f} GiB in {existing}"


def check_memory() -> str:
    """Return the memory that a run may have."""
    total, limit = psutil.virtual_memory().total, memory_limit()
    if limit is None or limit >= total:
        return f"{total / 2**30:.1f} GiB"
    # Not an error: a heap is as large as it has to be, up to driver_memory.
    return (
        f"{limit / 2**30:.1f} GiB, the limit of this container or service; the param "
        "driver_memory, plus 2 GiB, should be no more"
    )


def check_open_files() -> str:
    """Return how many files a process may have open; Spark's class path alone has 300."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most == resource.RLIM_INFINITY:
        return "as many as wanted"
    if most < _NEEDED_OPEN_FILES:
        raise SetupError(
            f"a process may have {most} at most, {_NEEDED_OPEN_FILES} expected: raise the hard "
            "limit (ulimit -Hn, or nofile in /etc/security/limits.conf)"
        )
    return f"a process may have {most:,}"


def check_temporary_folder() -> str:
    """Return the temporary folder, from which Java loads BigDL's native libraries."""
    folder = tempfile.gettempdir()
    if os.statvfs(folder).f_flag & os.ST_NOEXEC:
        raise SetupError(
            f"{folder} is mounted noexec, and BigDL's native libraries are loaded from it: set "
            "TMPDIR to a folder on another file system"
        )
    return folder


def check_home(home: Home) -> str:
    """Write and delete a file where executors will write, and where the driver will."""
    if home.remote is None:
        return _writable(home.root, "GRAFT_HOME")
    local = _writable(home.root, "GRAFT_LOCAL")
    probe = home.remote / f".doctor-{uuid.uuid4().hex}"
    with hadoop_files() as files:
        files.write(b"", probe)
        files.delete(probe)
    return f"{home.remote} can be written, and GRAFT_LOCAL, {local}"


def _writable(root: Path, variable: str) -> str:
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        raise SetupError(
            f"cannot write {root} ({error.strerror}): set {variable} to a folder that this user "
            "may write"
        ) from None
    return f"{root} can be written"
