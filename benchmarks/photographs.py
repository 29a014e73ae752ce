"""``make bench-photographs``: both engines on pictures as large as cameras make them.

The same photographs at several sizes; each size is a data set of its own, and its rate is told as a
share of the rate of the smallest. The last one is the largest size, shrunk by ``max_side``.
"""

import argparse
import io
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from benchmarks.ingest import pictures_of
from benchmarks.inputs import fixture, prepare, scratch_home
from benchmarks.machine import describe_machine
from benchmarks.processes import local_submit, measure
from tasks.datasets.dataset import TRAIN
from tasks.params.definitions import RunParams

#: Width and height in pixels: a picture of the official flowers, a screen's, and a camera's.
SIZES = ((320, 240), (1024, 683), (4000, 2667))
_PHOTOGRAPHS = "flowers_227.tar.gz"
_CHUNK = 16
_QUALITY = 90


@dataclass(frozen=True)
class _Case:
    """Pictures of one size."""

    size: tuple[int, int]
    max_side: int | None = None

    def __str__(self) -> str:
        width, height = self.size
        shrunk = f", max_side {self.max_side}" if self.max_side else ""
        return f"{width} x {height}{shrunk}"


def main() -> int:
    """Measure every size and print its row."""
    parser = argparse.ArgumentParser(prog="make bench-photographs", description=__doc__)
    parser.add_argument("--pictures", type=int, default=64, help="of each size")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each engine")
    parser.add_argument("--max-side", type=int, default=512, help="of the last case, in pixels")
    options = parser.parse_args()
    archive = fixture(_PHOTOGRAPHS)
    if archive is None:
        parser.error(f"{_PHOTOGRAPHS} is not beside this checkout")
    print(describe_machine())
    print("| pictures | bigdl, /s | share | tensorflow, /s | share |\n|---|---|---|---|---|")
    cases = [*map(_Case, SIZES), _Case(SIZES[-1], options.max_side)]
    first: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for case in cases:
            folder = Path(scratch) / f"{case.size[0]}"
            if not folder.exists():
                _draw(archive, folder, case.size, options.pictures)
            rates = _measure(folder, case, options.pictures, options.rounds)
            first = first or rates
            cells = [f"{rates[name]:.1f} | {rates[name] / first[name]:.2f}" for name in first]
            print(f"| {case} | {' | '.join(cells)} |", flush=True)
    return 0


def _draw(archive: str, folder: Path, size: tuple[int, int], count: int) -> None:
    """Write photographs of an archive at another size, as a folder for each class."""
    from PIL import Image

    with scratch_home() as home:
        found = islice(pictures_of(RunParams(dataset_url=archive), home), count)
        for number, (label, data) in enumerate(found):
            path = folder / f"class {label}" / f"{number}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            picture = Image.open(io.BytesIO(data)).resize(size, Image.Resampling.BICUBIC)
            picture.save(path, "JPEG", quality=_QUALITY)


def _measure(folder: Path, case: _Case, pictures: int, rounds: int) -> dict[str, float]:
    """Return each engine's pictures per second."""
    chosen: Sequence[str] = ["--chunks", str(-(-pictures // _CHUNK)), "--rounds", str(rounds)]
    with scratch_home() as home:
        params = RunParams(
            dataset_url=str(folder),
            checkpoint_url=str(fixture("inception_v1_kinetics.tar.gz")),
            max_side=case.max_side,
        )
        (train,) = prepare(params, home, [TRAIN]).dumps
        program = str(Path(__file__).with_name("network_once.py"))
        done = measure([*local_submit(), program, str(train), *chosen])
    found = json.loads(next(line for line in done.output.splitlines() if line.startswith("{")))
    return {name: float(found[name]) for name in ("bigdl", "tensorflow")}


if __name__ == "__main__":
    sys.exit(main())
