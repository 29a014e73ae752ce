"""``python -m deploy.airflow_command WORD...``: a command of Airflow that ends when it is done.

Python would first take down all modules of Airflow's, one by one, which takes seconds.
"""

import atexit
import os
import runpy
import sys


def main() -> None:
    """Run the command that the arguments are; its exit status is this process's."""
    status = 1

    def end() -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)

    # What is registered first is called last.
    atexit.register(end)
    try:
        runpy.run_module("airflow", run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as done:
        status = _status(done)
        raise


def _status(done: SystemExit) -> int:
    """Return the status that Python would end with."""
    if done.code is None:
        return 0
    return done.code if isinstance(done.code, int) else 1


if __name__ == "__main__":
    main()
