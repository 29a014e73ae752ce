"""Reads the roles of ``docker-compose.yml``: their commands and their environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tasks.errors import SetupError
from tasks.storage.paths import CHECKOUT

COMPOSE = CHECKOUT / "docker-compose.yml"

# ${NAME}, ${NAME:-default} and ${NAME:?message}; $$ is a dollar sign. A default may be a variable.
_REST = r"(?:[^{}]|\$\{[^{}]*\})*"
_VARIABLE = re.compile(
    rf"\$(?:(?P<dollar>\$)|\{{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>{_REST}))?\}})"
)


@dataclass(frozen=True)
class Role:
    """A service of the compose file.

    Attributes:
        name: the service's name, also its host name in the compose network.
        command: program and arguments.
        environment: variables that the file sets.
    """

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]


def read_compose(environ: Mapping[str, str], compose: Path = COMPOSE) -> dict[str, Any]:
    """Return the whole file, the variables of ``environ`` filled in.

    Raises:
        SetupError: the file needs a variable that ``environ`` lacks.
    """
    return dict(_filled(yaml.safe_load(compose.read_text(encoding="utf-8")), environ))


def read_roles(environ: Mapping[str, str], compose: Path = COMPOSE) -> dict[str, Role]:
    """Return every service by name, the variables of ``environ`` filled in.

    Raises:
        SetupError: the file needs a variable that ``environ`` lacks.
    """
    services = read_compose(environ, compose)["services"]
    return {name: _role(name, service) for name, service in services.items()}


def _role(name: str, service: Mapping[str, Any]) -> Role:
    command = tuple(map(str, service.get("command", ())))
    return Role(name, command, {k: str(v) for k, v in service.get("environment", {}).items()})


def _filled(value: Any, environ: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(item, environ) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, environ) for item in value]
    if isinstance(value, str):
        return _VARIABLE.sub(lambda found: _value(found, environ), value)
    return value


def _value(found: "re.Match[str]", environ: Mapping[str, str]) -> str:
    if found["dollar"]:
        return "$"
    value = environ.get(found["name"])
    if value:
        return value
    if found["kind"] == "?":
        raise SetupError(f"{found['name']} is not set: {found['rest']}")
    return str(_filled(found["rest"] or "", environ))
