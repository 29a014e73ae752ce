"""Groups of tests that pytest-xdist runs in one process each."""

from collections.abc import Mapping
from typing import Any

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # ships none

#: How the paths of a group's tests begin, by the group's name. The tests of a group share what a
#: session has once: a cluster, a make ui, a GRAFT_HOME with features. A path belongs to the first
#: group that has a beginning of it. Groups start in this order, those that take longest first.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "spark": (
        "tests/tasks/conversion",
        "tests/tasks/features",
        "tests/tasks/models",
        "tests/tasks/scoring",
        "tests/tasks/spark",
        "tests/tasks/test_",
        "tests/tasks/training",
    ),
    "cluster": ("tests/cluster",),
    "ui": ("tests/e2e/test_ui",),
    "tasks": ("tests/tasks",),
    "train_job": ("tests/e2e/test_train_job",),
    "e2e": ("tests/e2e",),
    "deploy": ("tests/deploy",),
    "others": ("tests",),
}


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # of a package without types
    """Gives every process one group of tests at a time."""

    def _split_scope(self, nodeid: str) -> str:
        return next(name for name, starts in GROUPS.items() if nodeid.startswith(starts))

    def _assign_work_unit(self, node: Any) -> None:
        for name in reversed(list(GROUPS)):
            if name in self.workqueue:
                self.workqueue.move_to_end(name, last=False)
        super()._assign_work_unit(node)
