"""Training of the linear classifier by BigDL's optimisers, epoch after epoch.

The model is the original example's: Squeeze, Linear; cross entropy; top-1 accuracy at every epoch.
It is resumed from the last snapshot if there is one.
"""

import logging
import math
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tasks.datasets.pair import Pair
from tasks.errors import GraftError
from tasks.features.bridge import Bridge
from tasks.features.store import feature_contents, load_features
from tasks.models.bigdl_head import new_model
from tasks.models.head import Head, Scaling, fold
from tasks.params.definitions import JobConfig
from tasks.runs.training_record import Epoch, Plan
from tasks.spark.bigdl import optimizer_logged_to, quiet
from tasks.spark.errors import user_errors
from tasks.storage.local_files import storage_errors
from tasks.storage.locations import Location
from tasks.training.follow_log import followed
from tasks.training.methods import class_weights
from tasks.training.optimizer_log import OPTIMIZER_LOG, read_epochs, read_resumed
from tasks.training.optimizers import distributed_optimizer, local_optimizer, training_partitions
from tasks.training.plan import LOCAL_OPTIMIZER
from tasks.training.snapshots import prune, restore, save_snapshots, start_after
from tasks.training.trained import Trained

logger = logging.getLogger(__name__)
