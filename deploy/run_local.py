"""``make run``: the DAG through ``airflow dags test`` on this machine, without a server."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, get_args

from deploy import doctor
from deploy.console import Console
from deploy.environment import environment
from tasks.errors import GraftError, ParamsError, SetupError
from tasks.params.data import Source
from tasks.params.definitions import SOURCE_PARAMS, RunParams
from tasks.params.parser import json_object, parse
from tasks.runs.record import DAG_ID
from tasks.runs.summary import summary
from tasks.storage.local_files import storage_errors
from tasks.storage.paths import Home

SOURCES = get_args(Source)
_EXAMPLE = '{"epochs": 5}'


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the DAG; return 0 when it succeeded, 1 when it did not, 2 for bad arguments."""
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--source", choices=SOURCES, default="sample", help="what to train on")
    parser.add_argument("--conf", default="{}", help="params of the run, as JSON")
    parsed = parser.parse_args(arguments)
    try:
        conf = parse_conf(parsed.conf)
        return run(parsed.source, conf)
    except GraftError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2


def parse_conf(text: str) -> dict[str, Any]:
    """Return the params in ``CONF``, checked.

    Raises:
        ParamsError: it is not a JSON object, or a param is unknown, out of bounds or of no use.
    """
    conf = json_object("CONF", text, _EXAMPLE)
    parse(RunParams, conf)
    unused = set(SOURCE_PARAMS) & set(conf)
    if conf.get("source") == "sample" and unused:
        raise ParamsError(f"{min(unused)} is given and source is 'sample', expected one of the two")
    return conf


def with_source(source: str, conf: Mapping[str, Any]) -> dict[str, Any]:
    """Return the params with a source in them, whatever ``GRAFT_PARAMS`` says.

    A URL that is given is one to be used.
    """
    return {"source": "urls" if set(SOURCE_PARAMS) & set(conf) else source, **conf}


def run(source: str, conf: Mapping[str, Any]) -> int:
    """Check the machine, make the sample if it is asked for, run the DAG, print the summary."""
    started = time.monotonic()
    _say("doctor")
    findings = list(doctor.examine(_env()))
    for finding in findings:
        _say(f"  {finding.line()}")
    if not all(finding.ok for finding in findings):
        raise SetupError("this machine is not ready, see the lines that say FIX")
    home = Home.from_environ()
    conf = with_source(source, conf)
    use_sample = conf["source"] == "sample"
    with ThreadPoolExecutor() as pool:
        migrated = pool.submit(_migrate, home)
        if use_sample:
            _say("\nsample")
            _say(f"  {_make_sample()}")
        migrated.result()
    console, succeeded = _dags_test(home, conf)
    _say("")
    if console.run_id:
        for line in summary(home, console.run_id):
            _say(line)
    if use_sample:
        _say("  The bundled sample is drawn and its network has random weights: a demonstration.")
    # An error that a retry mended is none.
    for error in () if succeeded else console.errors or ():
        _say(f"  FAILED: {error}")
    _say(f"  log         {_log(home)}")
    _say(f"\n{'succeeded' if succeeded else 'FAILED'} in {time.monotonic() - started:.0f} s")
    return 0 if succeeded else 1


def _make_sample() -> str:
    # The steps would make it as well, but not beside the data base's migration.
    command = [sys.executable, "-m", "tasks.sample", "make"]
    made = subprocess.run(command, env=_env(), capture_output=True, text=True, check=False)
    if made.returncode:
        raise SetupError(f"the sample could not be made: {made.stderr.strip()}")
    return str(json.loads(made.stdout)["dataset_url"])


def _migrate(home: Home) -> None:
    """Create Airflow's data base, or bring it up to date."""
    with storage_errors(home.airflow):
        home.airflow.mkdir(parents=True, exist_ok=True)
    command = [_airflow_binary(), "db", "migrate"]
    ran = subprocess.run(command, env=_env(), capture_output=True, text=True, check=False)
    if ran.returncode:
        raise SetupError(f"airflow db migrate failed: {ran.stderr.strip()[-2000:]}")


def _env() -> dict[str, str]:
    return {**os.environ, **environment()}


def _airflow_binary() -> str:
    return str(Path(sys.executable).parent / "airflow")


def _dags_test(home: Home, conf: Mapping[str, Any]) -> tuple[Console, bool]:
    console = Console()
    env = {**_env(), "AIRFLOW__LOGGING__JSON_LOGS": "True"}
    command = [_airflow_binary(), "dags", "test", DAG_ID, "-c", json.dumps(dict(conf))]
    with (
        storage_errors(_log(home)),
        _log(home).open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
    ):
        for raw in process.stdout or ():
            log.write(raw)
            for line in console.lines(raw):
                _say(line)
    return console, process.returncode == 0


def _log(home: Home) -> Path:
    return home.airflow / "dags-test.log"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
