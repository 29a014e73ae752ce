"""Answers about many pictures: read, converted and classified on all cores, in order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import batched, chain

from tasks.errors import GraftError, PictureError
from tasks.serving.classifier import Answer, Classifier
from tasks.serving.picture import ready
from tasks.serving.sources import Source
from tasks.storage.parallel import in_parallel
