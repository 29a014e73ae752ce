"""Moves the clock of every Python process that has this folder on its path."""

import datetime
import os

if seconds := os.environ.get("GRAFT_TEST_SECONDS_AHEAD"):
    import time_machine

    now = datetime.datetime.now(datetime.UTC)
    time_machine.travel(now + datetime.timedelta(seconds=float(seconds)), tick=True).start()
