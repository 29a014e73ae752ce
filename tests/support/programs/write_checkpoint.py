"""Writes the bundled sample's checkpoint into a folder and prints its path."""

import sys
from pathlib import Path

from tasks.networks.inception import INCEPTION_V1
from tasks.sample.checkpoint import write_checkpoint

sys.stdout.write(str(write_checkpoint(INCEPTION_V1, Path(sys.argv[1]))))
