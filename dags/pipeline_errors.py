"""Reports the wrong files of the folder GRAFT_PIPELINES to Airflow as an import error.

The file has no DAG: Airflow starts no scheduled run of a DAG whose file has an import error.
"""

from tasks.errors import ParamsError
from tasks.pipelines.folder import read_pipelines

if problems := read_pipelines().problems:
    raise ParamsError("\n".join(problems))
