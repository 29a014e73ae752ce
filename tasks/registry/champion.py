"""Champion of a registry, for whoever serves, scores with or deploys it."""

from tasks.pipelines.names import BUILT_IN
from tasks.registry.history import read_registry
from tasks.registry.version import Version
from tasks.storage.paths import Home
from tasks.whole_number import whole_number

#: Name of the built-in pipeline's model.
FLOWERS = BUILT_IN


def champion(home: Home, name: str = FLOWERS) -> Version | None:
    """Return the version that is in use, None if no model was promoted yet.

    A call reads the registry only if it has changed since the last one.

    Raises:
        DataError: the registry is damaged.
        ParamsError: ``name`` is not one of a registry.
    """
    return read_registry(home, name).champion


def find_version(home: Home, label: str, name: str = FLOWERS) -> Version | None:
    """Return the version with a number, such as ``4``, or an alias: ``champion``, ``previous``."""
    registry = read_registry(home, name)
    number = registry.aliases().get(label) or whole_number(label) or 0
    return registry.versions.get(number)
