"""``make bench-serve``: ``graft serve`` under load, against the bare SavedModel called in a loop.

Both are asked about the same JPEGs, one in a request, on the same machine in turns, so that the
ratios of a run mean something while other work goes on. Then the model is replaced and the server
ended under load, and lost requests are counted. A ratio is one of medians over the rounds.
"""

import argparse
import base64
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import Load, Target, put_load
from benchmarks.predict import folder_rate, graft_environ, predict_seconds
from tasks.registry.event import Event
from tasks.registry.history import change_registry
from tasks.registry.score import Score
from tasks.registry.version import Version
from tasks.serving.find_model import find_model, require_champion
from tasks.storage.paths import Home

_NAME = "flowers"
_CLIENTS = (1, 4, 16)
_ROUNDS = 3
_BATCH = 16
_PICTURES = 64
# How often graft predict is given the folder.
_TIMES = 4
_MAKE_PICTURES_SIZE = 227


def main() -> int:
    """Measure and print the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", help="version, run, digest or path; by default the champion")
    parser.add_argument("--pictures", type=Path, help="folder of JPEGs; by default drawn ones")
    parser.add_argument("--seconds", type=float, default=10.0, help="of every measurement")
    given = parser.parse_args()
    home = Home.from_environ()
    found = find_model(home, _NAME, given.model) if given.model else require_champion(home, _NAME)
    with tempfile.TemporaryDirectory() as scratch:
        pictures = Path(scratch) / "pictures"
        pictures.mkdir()
        _take_pictures(given.pictures, pictures)
        results = _measure(found.folder, pictures, Home(Path(scratch) / "home"), given.seconds)
    print(json.dumps(results, indent=2))
    return 0


def _take_pictures(source: Path | None, folder: Path) -> None:
    if source is None:
        _draw(folder)
        return
    for number, path in enumerate(sorted(source.rglob("*.jp*g"))[:_PICTURES]):
        shutil.copyfile(path, folder / f"{number}.jpg")


def _draw(folder: Path) -> None:
    """Write noise that is smooth as photographs are."""
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(3)
    for number in range(_PICTURES):
        small = Image.fromarray(rng.integers(0, 256, (24, 24, 3), np.uint8))
        large = small.resize((_MAKE_PICTURES_SIZE,) * 2, Image.Resampling.BICUBIC)
        large.save(folder / f"{number}.jpg", quality=90)


def _measure(model: Path, pictures: Path, home: Home, seconds: float) -> dict[str, object]:
    rates: dict[str, list[float]] = {}
    slowest: dict[str, list[float]] = {}
    paths = sorted(pictures.iterdir())
    bodies, first = _bodies(paths), paths[0]
    _promote(home, 1, model)
    for _ in range(_ROUNDS):
        for name, batch in (("bare, 1 at a time", 1), (f"bare, {_BATCH} at a time", _BATCH)):
            rates.setdefault(name, []).append(_bare(model, pictures, seconds, batch))
        rates.setdefault("graft predict FOLDER", []).append(
            folder_rate(home, pictures, times=_TIMES)
        )
        with _server(home, bodies) as (_, target):
            put_load(target, 4, stop=threading.Event(), seconds=2)
            for count in _CLIENTS:
                load = put_load(target, count, stop=threading.Event(), seconds=seconds)
                rates.setdefault(f"clients: {count}", []).append(load.rate)
                slowest.setdefault(f"clients: {count}", []).append(load.quantile(99))
    middle = {name: statistics.median(values) for name, values in rates.items()}
    swapped = _swap_and_stop(home, model, bodies, seconds)
    return {
        "pictures_per_second": rates,
        "p99_seconds": slowest,
        "ratios_to_bare_1_at_a_time": {
            name: round(rate / middle["bare, 1 at a time"], 3) for name, rate in middle.items()
        },
        "first_answer_seconds": [predict_seconds(home, [first]) for _ in range(_ROUNDS)],
        "swap_and_sigterm": {
            "answered": len(swapped.seconds),
            "lost": swapped.lost,
            "statuses": dict(swapped.statuses),
        },
    }


def _bare(model: Path, pictures: Path, seconds: float, batch: int) -> float:
    arguments = [str(model), str(seconds), str(pictures), str(batch)]
    command = [sys.executable, "-m", "benchmarks.bare_model", *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(ran.stdout.split()[-1])


def _swap_and_stop(home: Home, model: Path, bodies: Sequence[bytes], seconds: float) -> Load:
    """Return what 16 clients see while the champion changes and the server ends."""
    with _server(home, bodies) as (process, target), ThreadPoolExecutor(1) as pool:
        load = pool.submit(
            put_load,
            target,
            max(_CLIENTS),
            stop=threading.Event(),
            seconds=10 * seconds,
        )
        time.sleep(seconds / 2)
        _promote(home, 2, model)
        time.sleep(seconds)
        process.terminate()
        return load.result()


def _promote(home: Home, number: int, model: Path) -> None:
    folder = home.exports / str(number)
    folder.mkdir(parents=True)
    (folder / "1").symlink_to(model)
    version = Version(
        number=number,
        run_id="bench",
        model=str(number),
        export=str(number),
        network="",
        dataset="",
        validation=Score(1, 1),
        trained_at="2026-01-01T00:00:00+00:00",
    )
    made = Event(kind="registered", number=number, who="bench", why="bench", version=version)
    first = Event(kind="promoted", number=number, who="bench", why="bench")
    change_registry(home, _NAME, lambda _: [made, first])


def _bodies(paths: Sequence[Path]) -> list[bytes]:
    encoded = (base64.b64encode(path.read_bytes()).decode("ascii") for path in paths)
    rows = ({"image_bytes": {"b64": one}, "key": "key"} for one in encoded)
    return [json.dumps({"instances": [row]}).encode() for row in rows]


def _wait_ready(port: int) -> None:
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
                return
        except OSError:
            time.sleep(0.1)


@contextmanager
def _server(
    home: Home, bodies: Sequence[bytes]
) -> Iterator[tuple["subprocess.Popen[str]", Target]]:
    """Run ``graft serve``, yield it and the requests to send it, and end it."""
    command = [sys.executable, "-m", "deploy.cli", "serve", "--port", "0"]
    with subprocess.Popen(
        command,
        env=graft_environ(home),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            port = int(line.partition("http://")[2].partition(";")[0].rpartition(":")[2])
            _wait_ready(port)
            yield process, Target("127.0.0.1", port, f"/v1/models/{_NAME}:predict", bodies)
        finally:
            if process.poll() is None:
                process.terminate()


if __name__ == "__main__":
    sys.exit(main())
