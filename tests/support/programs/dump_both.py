"""Extracts a data set, fetches a checkpoint, dumps both splits and prints where the dumps are.

Instead of the URL of an archive it takes the path of a data set, which nobody looks at then.
"""

import sys
from pathlib import Path

from tasks import steps
from tasks.params.definitions import RunParams
from tasks.storage.paths import Home

home = Home.from_environ()
place, checkpoint_url = sys.argv[1:]
params = RunParams(dataset_url=place, checkpoint_url=checkpoint_url, dump_batch_size=4)
data = Path(place)
if not data.is_absolute():
    data = steps.extract_dataset(steps.download_dataset(params, home).path, params, home).path
checkpoint = steps.fetch_checkpoint(params, home).path
for split in ("train", "validation"):
    print(steps.dump(split, data, checkpoint, params, home).path)
