"""A job that ends with its parents: prints its process id and does nothing."""

import os
import time

from tasks.spark.parent_guard import guard_parents

guard_parents()
print(os.getpid(), flush=True)
time.sleep(120)
