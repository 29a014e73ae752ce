"""Makes the README's pictures from screenshots of the browser tests: make pictures."""

from pathlib import Path

from PIL import Image

CHECKOUT = Path(__file__).resolve().parent.parent
NAMES = ("form", "report", "runs")
COLOURS = 128


def main() -> None:
    """Write docs/ui-<name>.png for every picture, with few colours."""
    for name in NAMES:
        with Image.open(CHECKOUT / "screenshots" / f"{name}.png") as shot:
            small = shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            small.save(CHECKOUT / "docs" / f"ui-{name}.png", optimize=True)


if __name__ == "__main__":
    main()
