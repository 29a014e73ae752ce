"""Adopts an orphan and ends it; prints how many processes are below this one before and after."""

import os
import subprocess

from deploy.process_tree import adopt_orphans, descendants, kill_descendants

adopt_orphans()
subprocess.run(["sh", "-c", "setsid sleep 300 & true"], check=True)
print(len(descendants(os.getpid())), flush=True)
kill_descendants()
print(len(descendants(os.getpid())))
