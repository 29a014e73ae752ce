"""Parses the DAGs and prints, as JSON, every module that was imported for it."""

import json
import runpy
import sys
from pathlib import Path

for path in sorted(Path("dags").glob("*.py")):
    runpy.run_path(str(path))
print(json.dumps(sorted(sys.modules)))
