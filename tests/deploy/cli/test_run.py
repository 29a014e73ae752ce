"""``graft run`` through a pipe and on a terminal, with a stand-in for Airflow."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from support.python_programs import program
from support.terminal import CTRL_C, Terminal
from support.waits import wait_until
from tasks.params.definitions import RunParams
from tasks.runs.record import TASK_IDS
from tasks.storage.paths import Home

Graft = Callable[..., Any]
PROGRAM = program("graft_with_stand_ins")
RUN = "manual__2026-01-02T03:04:05+00:00"


def line(event: str, **more: Any) -> str:
    return json.dumps({"event": event, "logger": "tasks.download.download", **more})


def step(name: str, *said: str) -> list[str]:
    return [
        line(f"[DAG TEST] starting task_id={name} map_index=-1"),
        *map(line, said),
        line(f"[DAG TEST] end task task_id={name} map_index=-1"),
    ]


CREATED = json.dumps({"event": "created dagrun", "logger": "airflow", "run_id": RUN})
FAILURE = line(
    "Task failed",
    exception=[{"exc_type": "AirflowFailException", "exc_value": "labels.txt is empty"}],
)
GOOD = [CREATED, *(text for name in TASK_IDS for text in step(name, f"made /a/{name} in 1.0 s"))]


class Stage:
    """A folder with an ``airflow`` that says what a test has it say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / "home")
        self.environ = {
            "PATH": os.environ["PATH"],
            "GRAFT_HOME": str(self.home.root),
            "STAND_INS": str(folder),
        }
        self.command = [sys.executable, str(PROGRAM), "run", "--source", "urls"]

    def airflow(self, lines: list[str], then: str = "exit 0") -> None:
        """Have ``airflow dags test`` print lines and then do something."""
        (self.folder / "log").write_text("".join(f"{text}\n" for text in lines))
        script = self.folder / "airflow"
        script.write_text(
            f'#!/bin/sh\ncd "$STAND_INS"\n[ "$1" = db ] && exit 0\n'
            f'printf "%s\\n" "$@" >arguments\ncat log\n{then}\n'
        )
        script.chmod(0o755)

    def run(self, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [*self.command, *arguments],
            cwd=self.folder,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
        )

    def terminal(self, **environ: str) -> Terminal:
        return Terminal(self.command, {**self.environ, **environ})


@pytest.fixture
def stage(tmp_path: Path, write_run_in: Callable[..., Home]) -> Stage:
    """A stage on which the run has left its artefacts, as far as the summary is concerned."""
    stage = Stage(tmp_path)
    write_run_in(stage.home, RUN)
    return stage


@pytest.fixture
def pids(tmp_path: Path) -> Iterator[Callable[[], list[int]]]:
    """Ids of the processes that wrote themselves into ``pid-*``; what is left of them is ended."""

    def read() -> list[int]:
        return [int(path.read_text()) for path in tmp_path.glob("pid-*")]

    yield read
    for pid in read():
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)


#: As Airflow does while a step runs, it does not end when it is asked to.
HANGS = """
trap '' TERM
(setsid sleep 300 & echo $! >pid-orphan)
sleep 300 & echo $! >pid-child
echo $$ >pid-airflow
echo '{"event": "features: 120 of 300 images", "logger": "tasks.x"}'
wait
"""


class TestThroughAPipe:
    def test_plain_lines_and_a_summary(self, stage: Stage) -> None:
        stage.airflow(GOOD)
        ran = stage.run("-p", "epochs=5", "--conf", '{"seed": 3}')
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout.startswith(
            "doctor\n  ok  Java: 17\n\ndownload_dataset\n  made /a/download_dataset in 1.0 s\n\n"
        )
        assert f"\n\nRun {RUN}\n" in ran.stdout
        assert "  top-1 accuracy 0.2500 (95 %: 0.046 to 0.699) on 4 validation rec" in ran.stdout
        assert re.search(r"\nsucceeded in \d+ s\n$", ran.stdout)
        assert "\x1b" not in ran.stdout
        *_, params = (stage.folder / "arguments").read_text().splitlines()
        assert json.loads(params) == {"source": "urls", "epochs": 5, "seed": 3}

    def test_keeps_airflows_log(self, stage: Stage) -> None:
        stage.airflow(["no JSON", *GOOD])
        ran = stage.run()
        log = stage.home.airflow / "dags-test.log"
        assert f"  log         {log}\n" in ran.stdout
        assert log.read_text().splitlines() == ["no JSON", *GOOD]

    def test_a_failure_is_told_where_it_happens_and_in_the_end(self, stage: Stage) -> None:
        stage.airflow([CREATED, *step("download_dataset"), FAILURE], then="exit 1")
        ran = stage.run()
        assert ran.returncode == 1
        assert ran.stdout.count("  FAILED: labels.txt is empty\n") == 2
        assert re.search(r"\nFAILED in \d+ s\n$", ran.stdout)

    def test_an_error_that_a_retry_mended_is_none_in_the_end(self, stage: Stage) -> None:
        stage.airflow([CREATED, FAILURE, *GOOD])
        ran = stage.run()
        assert ran.returncode == 0
        assert ran.stdout.count("FAILED") == 1

    def test_a_machine_that_is_not_ready_starts_nothing(self, stage: Stage) -> None:
        stage.airflow(GOOD)
        ran = stage.run(FINDING="FIX Java: missing")
        assert ran.returncode == 2
        assert ran.stdout == "doctor\n  FIX Java: missing\n"
        assert ran.stderr == "error: this machine is not ready, see the lines that say FIX\n"
        assert not (stage.folder / "arguments").exists()

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_a_signal_ends_all_of_it(
        self, number: signal.Signals, stage: Stage, pids: Callable[[], list[int]]
    ) -> None:
        stage.airflow(step("train_classifier")[:1], HANGS)
        with subprocess.Popen(
            stage.command, env=stage.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as process:
            wait_until(lambda: len(pids()) == 3, 60, "Airflow's processes", every=0.05)
            process.send_signal(number)
            said = process.communicate(timeout=60)[0].decode()
        assert process.returncode == 130
        assert said.endswith("\nstopped; the next run goes on from here\n")
        assert "Traceback" not in said
        assert not any(map(psutil.pid_exists, pids()))

    def test_nohup_keeps_it_running(self, stage: Stage, pids: Callable[[], list[int]]) -> None:
        stage.airflow(GOOD[:-1], "echo $$ >pid-airflow\nwhile [ ! -e go ]; do sleep 0.1; done")
        with subprocess.Popen(
            ["nohup", *stage.command], env=stage.environ, stdout=subprocess.PIPE
        ) as process:
            wait_until(pids, 60, "Airflow", every=0.05)
            process.send_signal(signal.SIGHUP)
            (stage.folder / "go").touch()
            process.communicate(timeout=60)
        assert process.returncode == 0


class TestOnATerminal:
    def test_a_table_of_the_steps_and_then_the_summary_in_colours(self, stage: Stage) -> None:
        until = "while [ ! -e go ]; do sleep 0.1; done"
        stage.airflow(GOOD[:9], f"{until}\ntail -n +10 log2")
        (stage.folder / "log2").write_text("".join(f"{text}\n" for text in GOOD))
        with stage.terminal() as terminal:
            terminal.wait_for("made /a/extract_dataset")
            terminal.wait_for("✓")
            (stage.folder / "go").touch()
            assert terminal.end() == 0
            assert terminal.is_sane()
        for name in ("doctor", *TASK_IDS):
            assert name in terminal.text()
        _, _, summary = terminal.output.rpartition("Run manual")
        assert "\x1b[1mtop-1 accuracy 0.2500" in summary
        assert "\x1b[1;32msucceeded" in summary

    @pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
    def test_plain_lines_where_the_user_wants_them(
        self, environ: dict[str, str], stage: Stage
    ) -> None:
        stage.airflow(GOOD)
        with stage.terminal(**environ) as terminal:
            assert terminal.end() == 0
        assert "\x1b" not in terminal.output
        piped = stage.run().stdout
        assert re.sub(r"in \d+ s", "", terminal.text()) == re.sub(r"in \d+ s", "", piped)

    def test_a_failure_leaves_the_table(self, stage: Stage) -> None:
        started, *_, ended = step("download_dataset")
        stage.airflow([CREATED, started, FAILURE, ended], then="exit 1")
        with stage.terminal() as terminal:
            assert terminal.end() == 1
            assert terminal.is_sane()
        before, _, _ = terminal.text().rpartition("Run manual")
        *last, total = before.rstrip().splitlines()[-len(TASK_IDS) - 2 :]
        assert [text.split()[1] for text in last] == ["doctor", *TASK_IDS]
        assert total.split()[0] == "total"
        assert re.match(r"✗ +download_dataset +\d+\.\d  FAILED: labels.txt is empty", last[1])

    @pytest.mark.parametrize("keys", [CTRL_C, ""])
    def test_it_leaves_the_terminal_as_it_was(
        self, keys: str, stage: Stage, pids: Callable[[], list[int]]
    ) -> None:
        stage.airflow(step("train_classifier")[:1], HANGS)
        with stage.terminal() as terminal:
            terminal.wait_for("120 of 300")
            if keys:
                terminal.type(keys)
            else:
                terminal.process.terminate()
            assert terminal.end() == 130
            assert terminal.is_sane()
        assert "stopped; the next run goes on from here" in terminal.text()
        assert "Traceback" not in terminal.text()
        assert not any(map(psutil.pid_exists, pids()))

    def test_what_has_to_be_mended_is_said_in_full(self, stage: Stage) -> None:
        with stage.terminal(FINDING="FIX Java: missing") as terminal:
            assert terminal.end() == 2
            assert terminal.is_sane()
        assert "  FIX Java: missing\n" in terminal.text()
        assert "error: this machine is not ready" in terminal.text()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--conf", '{"epoch": 5}'], "error: unknown param 'epoch': did you mean 'epochs'?\n"),
        (["-p", "epochs=0"], "error: epochs is '0', expected to be greater than or equal to 1\n"),
    ],
)
def test_a_bad_param_is_one_line_and_starts_nothing(
    arguments: list[str], message: str, graft: Graft, tmp_path: Path
) -> None:
    ran = graft("run", *arguments, GRAFT_HOME=str(tmp_path / "home"))
    assert (ran.exit_code, ran.stdout, ran.stderr) == (2, "", message)
    assert not (tmp_path / "home").exists()


def test_an_unknown_source(graft: Graft) -> None:
    ran = graft("run", "--source", "tulips")
    assert ran.exit_code == 2
    assert "'tulips' is not one of 'urls', 'sample'" in ran.stderr


def test_help_explains_every_param(graft: Graft) -> None:
    ran = graft("run", "--help")
    for name in RunParams.model_fields:
        assert f"\n  {name} " in ran.stdout


def test_the_shell_completes_names_of_params() -> None:
    ran = subprocess.run(
        [Path(sys.prefix) / "bin" / "graft"],
        env={
            "_GRAFT_COMPLETE": "complete_bash",
            "COMP_WORDS": "graft run -p ep",
            "COMP_CWORD": "3",
        },
        capture_output=True,
        text=True,
    )
    assert ran.stdout.split() == ["epochs="]
