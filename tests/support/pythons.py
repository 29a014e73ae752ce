"""Pythons that Graft runs on and that this machine has beside the one of the tests."""

import shutil
import subprocess
import sys
from pathlib import Path

from deploy.checks.software import PYTHONS

_INSTALLED = (Path.home() / ".pyenv" / "versions", Path.home() / ".local/share/uv/python")


def other_pythons() -> dict[str, Path]:
    """Return the other Pythons by minor version."""
    found: dict[str, Path] = {}
    for minor in PYTHONS:
        below = [path for root in _INSTALLED for path in root.glob(f"*{minor}*/bin/python{minor}")]
        on_path = shutil.which(f"python{minor}")
        for python in [*([Path(on_path)] if on_path else []), *below]:
            # Some on PATH only say how to install the one that they are named after.
            if _runs(python, minor):
                found.setdefault(minor, python)
    found.pop(".".join(map(str, sys.version_info[:2])), None)
    return found


def _runs(python: Path, minor: str) -> bool:
    program = "import sys; print('.'.join(map(str, sys.version_info[:2])))"
    ran = subprocess.run([python, "-c", program], capture_output=True, text=True)
    return (ran.returncode, ran.stdout.strip()) == (0, minor)
