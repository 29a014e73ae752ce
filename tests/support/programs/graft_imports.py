"""Runs ``graft`` with the given arguments and prints, as JSON, the packages that it imported."""

import json
import sys

from deploy.cli.app import app

status = app(sys.argv[1:], standalone_mode=False)
print(json.dumps(sorted(sys.modules)))
sys.exit(status)
