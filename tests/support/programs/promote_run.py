"""Promotes a run's model in the home that is given."""

import sys
from pathlib import Path

from tasks.params.promotion import PromotionParams
from tasks.registry.champion import FLOWERS
from tasks.registry.promote import promote_run
from tasks.storage.paths import Home

promote_run(Home(Path(sys.argv[1])), FLOWERS, sys.argv[2], PromotionParams(), who="a process")
