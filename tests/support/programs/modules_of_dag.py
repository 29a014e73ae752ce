"""Parses the DAG and prints, as JSON, every module that was imported for it."""

import json
import runpy
import sys

runpy.run_path("dags/flowers_transfer_learning.py")
print(json.dumps(sorted(sys.modules)))
