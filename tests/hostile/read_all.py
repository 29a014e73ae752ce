"""Reads files, each named ``KIND-NAME``, within bounded memory; prints what was told of each.

Argument: their folder.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from hostile import inputs
from hostile.memory import MEMORY, limit_memory
from hostile.readers import READERS
from tasks.errors import GraftError


def main() -> None:
    told: dict[str, tuple[str, float]] = {}
    files = sorted(Path(sys.argv[1]).iterdir())
    with tempfile.TemporaryDirectory() as folder:
        readers = {}
        for kind, make in READERS.items():
            if not any(file.name.startswith(f"{kind}-") for file in files):
                continue
            place = Path(folder, kind)
            place.mkdir()
            readers[kind] = make(place)
            readers[kind](inputs.WHOLE[kind]())
        limit_memory(MEMORY)
        for file in files:
            kind = file.name.partition("-")[0]
            started = time.monotonic()
            try:
                readers[kind](file.read_bytes())
                message = "taken"
            except GraftError as error:
                message = str(error)
            told[file.name] = message, time.monotonic() - started
    print(json.dumps(told))


if __name__ == "__main__":
    main()
