"""A SavedModel called in a loop: ``python -m benchmarks.bare_model MODEL SECONDS PICTURES BATCH``.

All of TensorFlow loads it, as a script of one's own would. Prints pictures per second.
"""

import sys
import time
from pathlib import Path

from tasks.networks.tensorflow import import_tensorflow

_WARM_UP = 8


def main() -> int:
    """Measure the SavedModel on a folder's pictures, so many at a time."""
    folder, seconds, pictures = Path(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3])
    size = int(sys.argv[4])
    tf = import_tensorflow()
    signature = tf.saved_model.load(str(folder)).signatures["serving_default"]
    files = [path.read_bytes() for path in sorted(pictures.iterdir())]
    batches = [tf.constant(files[n : n + size]) for n in range(0, len(files), size)]
    key = tf.constant(["key"] * size)

    def ask(number: int) -> None:
        batch = batches[number % len(batches)]
        signature(image_bytes=batch, key=key[: len(batch)])["scores"].numpy()

    for number in range(_WARM_UP):
        ask(number)
    started, done = time.monotonic(), 0
    while time.monotonic() - started < seconds:
        ask(done)
        done += 1
    print(f"{size * done / (time.monotonic() - started):.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
