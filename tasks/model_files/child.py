"""A process that converts a model's file, with bounds on what it may take.

``run_child`` starts it; ``python -m tasks.model_files.child`` is its program, which reads a request
from its standard input and prints a line of JSON if it refuses.
"""

import json
import resource
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from tasks.errors import DataError, GraftError, ParamsError
from tasks.model_files.options import Options
from tasks.storage.child_process import child_environ, end_with_parent, ending

#: Address space beyond Python and TensorFlow, for a small model; a large one gets more.
SPARE_BYTES = 8 * 2**30
# The graph as given, its parts, and the folded one, each with all weights.
_COPIES = 12
_SECONDS = 1800
_REFUSED = 3


def run_child(given: Path, scratch: Path, target: Path, options: Options) -> None:
    """Convert a model's file in a process of its own, see ``convert``.

    Args:
        given: the model's file or folder.
        scratch: an empty folder.
        target: the folder of the network's files.
        options: what the user says of the model.

    Raises:
        DataError: the file is no model, its network cannot be used, or the process failed.
        ParamsError: what the user says of it does not fit.
    """
    unpacked, settings = scratch / "unpacked", scratch / "keras"
    for folder in (unpacked, settings):
        folder.mkdir()
    paths = [str(path.absolute()) for path in (given, unpacked, target)]
    request = {"paths": paths, "options": asdict(options)}
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "tasks.model_files.child"],
            check=False,
            input=json.dumps(request),
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            env=child_environ(
                KERAS_BACKEND="tensorflow", KERAS_HOME=str(settings), TF_CPP_MIN_LOG_LEVEL="3"
            ),
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise DataError(
            f"{given.name} was not read in {_SECONDS // 60} minutes, expected a model that is"
        ) from None
    if ran.returncode:
        raise _failure(given.name, ran)


def _failure(name: str, ran: "subprocess.CompletedProcess[str]") -> GraftError:
    if ran.returncode == _REFUSED:
        refusal = json.loads(ran.stdout.splitlines()[-1])
        return (ParamsError if refusal["kind"] == "ParamsError" else DataError)(refusal["message"])
    if "MemoryError" in ran.stderr or "bad_alloc" in ran.stderr or "OOM" in ran.stderr:
        return DataError(
            f"{name} needs more memory than a model of its size may take, or than there is"
        )
    return DataError(f"{name} cannot be read: the process that reads it ended with {ending(ran)}")


def main() -> int:
    """Convert the model of the request on standard input."""
    end_with_parent()
    request = json.load(sys.stdin)
    given, scratch, target = (Path(path) for path in request["paths"])
    from tasks.model_files.convert import Request, convert

    _limit_memory(given)
    try:
        convert(Request(given, scratch, target, Options(**request["options"])))
    except (DataError, ParamsError) as error:
        refusal = {"kind": type(error).__name__, "message": str(error)}
        sys.stdout.write(f"\n{json.dumps(refusal)}\n")
        return _REFUSED
    return 0


def _limit_memory(given: Path) -> None:
    """Bound the address space by what is in use now and what a model of this size needs."""
    from tasks.networks.tensorflow import import_tensorflow

    import_tensorflow()
    files = given.rglob("*") if given.is_dir() else [given]
    size = sum(path.stat().st_size for path in files if path.is_file())
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + SPARE_BYTES + _COPIES * size
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    allowed = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (allowed, hard))


if __name__ == "__main__":
    sys.exit(main())
