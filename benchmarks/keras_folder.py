"""Reads a folder of pictures once with Keras and prints how many there are and how long it took."""

import json
import sys
import time

from tasks.networks.tensorflow import import_tensorflow


def main() -> None:
    """Measure one folder."""
    tf = import_tensorflow()
    started = time.monotonic()
    data = tf.keras.utils.image_dataset_from_directory(
        sys.argv[1], image_size=(224, 224), batch_size=32, verbose=False
    )
    pictures = sum(int(images.shape[0]) for images, _ in data)
    seconds = time.monotonic() - started
    sys.stdout.write(json.dumps({"pictures": pictures, "seconds": seconds}) + "\n")


if __name__ == "__main__":
    main()
