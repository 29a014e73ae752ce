"""Waits for a line of input and says whether a signal came before it.

The arguments are names of signals that are ignored from the start, and ``--then-ignore`` to be sent
all of them once more when one has interrupted.
"""

import signal
import sys

from deploy import signals

for name in sys.argv[1:]:
    if name != "--then-ignore":
        signal.signal(signal.Signals[name], signal.SIG_IGN)
signals.raise_on_stop_signals()
try:
    print("ready", flush=True)
    sys.stdin.readline()
    print("went on")
except KeyboardInterrupt:
    if "--then-ignore" in sys.argv:
        signals.ignore_stop_signals()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.raise_signal(number)
    print("interrupted")
