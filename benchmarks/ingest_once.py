"""Makes a data set of a source and prints how many pictures it has and how long it took."""

import json
import sys
import time
from pathlib import Path

from tasks.datasets.dataset import read_dataset
from tasks.datasets.extract import extract_dataset


def main() -> None:
    """Measure one source."""
    source, out = map(Path, sys.argv[1:])
    started = time.monotonic()
    artifact = extract_dataset(source, "benchmark", out)
    seconds = time.monotonic() - started
    splits = read_dataset(artifact.path).splits.values()
    pictures = sum(split.records for split in splits)
    sys.stdout.write(json.dumps({"pictures": pictures, "seconds": seconds}) + "\n")


if __name__ == "__main__":
    main()
