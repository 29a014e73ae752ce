"""``python -m deploy.end_with_parent PID COMMAND...``: a command that is killed when PID ends.

PID is the process that starts it. Linux kills it even if PID was killed and could end nothing.
"""

import os
import signal
import sys
from collections.abc import Sequence

from tasks.storage import child_process


def end_with_parent(parent: int, by: signal.Signals = signal.SIGKILL) -> None:
    """Have a signal sent to this process when its parent ends, or now if that has ended."""
    child_process.end_with_parent(by)
    if os.getppid() != parent:
        os.kill(os.getpid(), by)


def ending_with_us(command: Sequence[str]) -> list[str]:
    """Return a command that is killed when this process ends."""
    return [sys.executable, "-m", "deploy.end_with_parent", str(os.getpid()), *command]


def main() -> None:
    """Become the command that follows the parent's process id."""
    end_with_parent(int(sys.argv[1]))
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
