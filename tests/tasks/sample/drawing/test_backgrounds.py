from collections import Counter
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tasks.sample.drawing import backgrounds
from tasks.sample.drawing.backgrounds import GROUNDS, background
from tasks.sample.drawing.brush import Brush


def pixels(seed: int, *usual: str, size: int = 60) -> npt.NDArray[np.uint8]:
    return np.asarray(background(np.random.default_rng(seed), size, usual=usual))


@pytest.mark.parametrize("size", [17, 140])
def test_a_background_has_the_size_asked_for(size: int) -> None:
    image = background(np.random.default_rng(1), size, usual=["sky"])
    assert (image.size, image.mode) == ((size, size), "RGB")


def test_a_seed_gives_a_background_and_another_seed_another() -> None:
    assert np.array_equal(pixels(1, "grass"), pixels(1, "grass"))
    assert not np.array_equal(pixels(1, "grass"), pixels(2, "grass"))


@pytest.mark.parametrize("name", GROUNDS)
def test_every_ground_has_something_in_it(name: str) -> None:
    def spread(seed: int) -> float:
        canvas = Image.new("RGB", (60, 60), (120, 120, 120))
        GROUNDS[name].paint(Brush(np.random.default_rng(seed), canvas))
        return float(np.asarray(canvas).std(axis=(0, 1)).max())

    # Some skies have no clouds.
    assert max(spread(seed) for seed in range(5)) > 3


def test_a_usual_ground_is_more_likely(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: Counter[str] = Counter()
    grounds = {
        name: replace(ground, paint=partial(_note, seen, name)) for name, ground in GROUNDS.items()
    }
    monkeypatch.setattr(backgrounds, "GROUNDS", grounds)
    for seed in range(400):
        pixels(seed, "sky", size=4)
    assert set(seen) == set(GROUNDS)
    # 0.45 and a seventh of the rest, within four standard errors.
    assert seen["sky"] / 400 == pytest.approx(0.45 + 0.55 / 7, abs=0.1)


def _note(seen: Counter[str], name: str, _: object) -> None:
    seen[name] += 1


def test_a_gradient_leads_from_top_to_bottom() -> None:
    image = np.asarray(backgrounds._gradient(4, top=(0, 100, 200), bottom=(100, 100, 0)))
    assert image[:, 0].tolist() == [[0, 100, 200], [25, 100, 150], [50, 100, 100], [75, 100, 50]]
    assert (image == image[:, :1]).all()
