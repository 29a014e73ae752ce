"""A command on a terminal of its own, as a user runs it."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType

ROWS, COLUMNS = 40, 100
CTRL_C = "\x03"

_ESCAPE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_CURSOR = re.compile(r"\x1b\[\?25([hl])")


class Terminal:
    """A pseudo terminal that controls a command, so that typed keys become its signals.

    Args:
        command: program and arguments.
        environ: its environment; ``TERM`` is that of a common terminal unless it is given.

    Attributes:
        process: the command.
        output: all that it has written so far, escape sequences included.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._before = termios.tcgetattr(self._master)
        self.output = ""
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={"TERM": "xterm-256color", **environ},
        )
        os.close(slave)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the command if it still runs."""
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def type(self, keys: str) -> None:
        """Do what a user does at the keyboard."""
        os.write(self._master, keys.encode())

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Return when the command has written a text."""
        deadline = time.monotonic() + seconds
        while text not in self.output:
            assert time.monotonic() < deadline, self.output
            assert self._read(), self.output

    def end(self, seconds: float = 60) -> int:
        """Wait for the end of the command and return its status."""
        deadline = time.monotonic() + seconds
        while self._read():
            assert time.monotonic() < deadline, self.output
        return self.process.wait(seconds)

    def is_sane(self) -> bool:
        """Whether the cursor is shown and the settings are those of the start."""
        cursor = _CURSOR.findall(self.output)
        return cursor[-1:] != ["l"] and termios.tcgetattr(self._master) == self._before

    def text(self) -> str:
        """Return what the command wrote without escape sequences, every frame of a table."""
        return _ESCAPE.sub("", self.output).replace("\r\n", "\n")

    def _read(self) -> bool:
        """Read what there is; return False when the other end is closed."""
        if select.select([self._master], [], [], 0.2)[0]:
            try:
                read = os.read(self._master, 65536)
            except OSError:
                return False
            self.output += read.decode(errors="replace")
        return True
