"""Extracts a data set, fetches a checkpoint, dumps both splits and prints where the dumps are."""

import sys

from tasks import steps
from tasks.params.definitions import RunParams
from tasks.storage.paths import Home

home = Home.from_environ()
params = RunParams(dataset_url=sys.argv[1], checkpoint_url=sys.argv[2], dump_batch_size=4)
data = steps.extract_dataset(steps.download_dataset(params, home).path, params, home).path
checkpoint = steps.fetch_checkpoint(params, home).path
for split in ("train", "validation"):
    print(steps.dump(split, data, checkpoint, params, home).path)
