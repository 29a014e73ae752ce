"""Groups of tests that pytest-xdist runs in one process each."""

from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # ships none

#: Tests of one folder, or with one beginning of their path, stay in one process and share what a
#: session has once: a cluster, a make ui, a GRAFT_HOME with features.
GROUPS = (
    "tests/cluster",
    "tests/e2e/test_ui",
    "tests/e2e/test_train_job",
    "tests/e2e",
    "tests",
)


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # of a package without types
    """Gives every process one group of tests at a time."""

    def _split_scope(self, nodeid: str) -> str:
        return next(group for group in GROUPS if nodeid.startswith(group))
