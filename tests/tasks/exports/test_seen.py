import pytest

from tasks.exports.seen import seen_region
from tasks.networks.recipe import Preprocessing, vgg
from tasks.networks.tensorflow import import_tensorflow


@pytest.mark.parametrize(
    ("recipe", "size", "region"),
    [
        (Preprocessing(size=224), (300, 200), (0, 0, 1, 1)),
        # 12.5 % of 80 are 10 pixels, 5 at each end; of 100, 12.5, so 6 at each end.
        (Preprocessing(size=224, crop=0.875), (80, 100), (5 / 80, 0.06, 75 / 80, 0.94)),
        # Scaled to 256 x 512, of which 224 x 224 pixels from 16 and 144 on are seen.
        (vgg(224), (100, 200), (16 / 256, 144 / 512, 240 / 256, 368 / 512)),
    ],
)
def test_shares_of_the_picture(
    recipe: Preprocessing, size: tuple[int, int], region: tuple[float, ...]
) -> None:
    tf = import_tensorflow()
    found = seen_region(tf.constant([*size, 3]), recipe).numpy().tolist()
    assert found == pytest.approx(region, abs=1e-6)
