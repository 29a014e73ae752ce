"""The colours of flowers, leaves and backgrounds, and two ways to change a colour."""

#: Red, green and blue, 0 to 255.
Colour = tuple[int, int, int]

WHITE, CREAM, LEMON, GOLD = (244, 244, 240), (245, 235, 205), (246, 226, 70), (240, 190, 24)
ORANGE, RED, CRIMSON = (232, 128, 32), (206, 34, 38), (150, 18, 42)
PINK, ROSE, PURPLE, LILAC = (238, 160, 186), (214, 72, 122), (122, 46, 130), (200, 176, 222)
PEACH, RUST, BROWN, SOOT = (240, 184, 150), (168, 74, 26), (92, 58, 30), (44, 32, 26)
STRAW, SILVER = (206, 188, 128), (214, 214, 208)
GREENS = ((62, 104, 40), (88, 130, 52), (44, 82, 46), (110, 140, 70), (74, 112, 78), (52, 96, 30))


def shade(colour: Colour, factor: float) -> Colour:
    """Return ``colour`` darker (``factor`` below 1) or brighter (above 1)."""
    red, green, blue = colour
    return min(255, int(red * factor)), min(255, int(green * factor)), min(255, int(blue * factor))


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return the mixture of two colours; ``share``, from 0 to 1, is the part of ``other``."""
    red, green, blue = (int(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
