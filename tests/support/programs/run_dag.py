"""Does what ``airflow dags test`` does, for one DAG with one conf after the other.

Importing Airflow takes longer than most runs that fail.
"""

import sys
import traceback

from airflow.__main__ import main

END = "=== ended with status"


def _run(dag_id: str, conf: str) -> int:
    sys.argv = ["airflow", "dags", "test", dag_id, "-c", conf]
    try:
        main()  # type: ignore[no-untyped-call]  # Airflow's
    except SystemExit as end:
        # What Python itself does with it at the end of a program.
        if isinstance(end.code, str):
            print(end.code)
            return 1
        return end.code or 0
    except Exception:
        traceback.print_exc(file=sys.stdout)
        return 1
    return 0


_, dag_id, *confs = sys.argv
for conf in confs:
    status = _run(dag_id, conf)
    print(f"\n{END} {status}", flush=True)
