"""Makes Parquet of a folder of pictures with Hugging Face's ``datasets``.

Runs in an environment of its own, so it imports nothing of Graft. The folder and the output folder
are its arguments; it prints how many pictures there are and how long it took.
"""

import importlib
import json
import os
import sys
import time


def main() -> None:
    """Measure one folder."""
    folder, out = sys.argv[1:]
    datasets = importlib.import_module("datasets")
    started = time.monotonic()
    data = datasets.load_dataset(
        "imagefolder", data_dir=folder, cache_dir=f"{out}/cache", num_proc=os.cpu_count()
    )["train"]
    data.to_parquet(f"{out}/data.parquet")
    seconds = time.monotonic() - started
    sys.stdout.write(json.dumps({"pictures": len(data), "seconds": seconds}) + "\n")


if __name__ == "__main__":
    main()
