"""The heads of the five kinds of flower, each painted in one colour."""

from dataclasses import replace

import numpy as np

from tasks.sample.drawing.brush import Brush
from tasks.sample.drawing.geometry import Pose
from tasks.sample.drawing.palette import (
    BROWN,
    CRIMSON,
    GOLD,
    GREENS,
    LEMON,
    ORANGE,
    PINK,
    RUST,
    SILVER,
    SOOT,
    STRAW,
    WHITE,
    Colour,
    mix,
    shade,
)
from tasks.sample.drawing.petals import (
    BROAD,
    EGG,
    RAY,
    STRAP,
    THREAD,
    around,
    paint_ring,
    paint_seeds,
    petals,
    rays,
)


def paint_daisy(brush: Brush, pose: Pose, colour: Colour) -> None:
    """Paint one or two rings of petals around a bright centre."""
    tip = brush.pick((colour, colour, PINK))
    count = brush.count(11, 30)
    width = brush.between(1.6, 2.7) / count
    colours = (colour, colour, mix(colour, tip, 0.4))
    for scale in brush.pick(((1.0,), (1.0, 0.93), (1.0, 0.8))):
        paint_ring(brush, pose.scaled(scale), STRAP, colours=colours, count=count, width=width)
    centre = pose.moved(0, -0.05, scale=brush.between(0.2, 0.36))
    inner = brush.pick((GOLD, GOLD, LEMON, ORANGE, STRAW))
    outer = mix(inner, ORANGE, brush.between(0, 0.7))
    paint_seeds(brush, centre, inner=inner, outer=outer)


def paint_dandelion(brush: Brush, pose: Pose, colour: Colour) -> None:
    """Paint rings of narrow petals, or in a pale colour a dandelion gone to seed."""
    if colour in (WHITE, SILVER, STRAW):
        _paint_seed_head(brush, pose, colour)
        return
    brush.disc(pose.scaled(0.7), shade(colour, 0.7))
    full = int(min(38, 14 + pose.radius * 0.4))
    for scale in (1.0, 0.86, 0.7, 0.52, 0.34, 0.18):
        ring = pose.moved(0, (scale - 1) * 0.12, scale=scale)
        count = max(7, int(full * (0.4 + 0.6 * scale)))
        reach = brush.scatter(0.78, 1.08, count=count)
        turns = around(brush, count, 0.6)
        threads = petals(ring, THREAD, turns=turns, reach=reach, width=2.0 / count, start=0.1)
        light = 0.78 + 0.3 * (1 - scale)
        for thread, varied in zip(threads, brush.scatter(0.8, 1.14, count=count), strict=True):
            brush.fill(thread, shade(colour, light * varied + 0.1))


def _paint_seed_head(brush: Brush, pose: Pose, colour: Colour) -> None:
    """Paint a ball of tufts on threads; the wind may have taken a part of them."""
    pose = replace(pose, squash=brush.between(0.9, 1))
    brush.disc(pose, colour, int(brush.between(40, 105)))
    brush.disc(pose.scaled(0.75), colour, 45)
    count = int(min(150, 50 + pose.radius * 1.1))
    turns = brush.scatter(0, brush.pick((1.0, 1.0, 0.7)), count=count) + brush.between(0, 1)
    reach = np.sqrt(brush.scatter(0.12, 1.0, count=count))
    for ray in rays(pose, turns=turns, reach=reach):
        brush.line(ray, shade(colour, 0.92), 100)
        end = ray[1].tolist()
        tuft = pose.radius * 0.085
        brush.spot(end, tuft, colour, 80)
        brush.spot(end, tuft * 0.35, WHITE, 160)
    brush.disc(pose.scaled(0.14), brush.pick((BROWN, STRAW, GREENS[3])))


def paint_rose(brush: Brush, pose: Pose, colour: Colour) -> None:
    """Paint layers of broad petals, smaller and deeper in colour towards the heart."""
    heart = mix(colour, brush.pick((CRIMSON, GOLD, colour, BROWN)), 0.3)
    pose = replace(pose, squash=max(pose.squash, 0.62))
    scale, lift, count = 1.0, 0.0, brush.count(5, 8)
    while scale > 0.13:
        layer = pose.moved(0, -lift, scale=scale)
        tone = mix(heart, colour, scale)
        turns = around(brush, count, 0.3)
        reach = brush.scatter(0.86, 1.06, count=count)
        rims = petals(layer, BROAD, turns=turns, reach=reach, width=0.62)
        bodies = petals(layer, BROAD, turns=turns + 0.012, reach=reach * 0.93, width=0.56)
        lights = brush.scatter(0.82, 1.06, count=count)
        for rim, body, light in zip(rims, bodies, lights, strict=True):
            brush.fill(rim, shade(tone, 1.12 * light))
            brush.fill(body, shade(tone, 0.84 * light))
        brush.disc(layer.scaled(0.66), shade(tone, 0.5), 150)
        scale *= brush.between(0.7, 0.8)
        lift += brush.between(0, 0.05)
        count = max(3, count - int(brush.chance(0.6)))


def paint_sunflower(brush: Brush, pose: Pose, colour: Colour) -> None:
    """Paint two rings of pointed petals around a large dark centre."""
    other = brush.pick((colour, ORANGE, LEMON))
    colours = (colour, colour, mix(colour, other, 0.6))
    count = brush.count(15, 27)
    width = brush.between(1.9, 3.0) / count
    darker = [shade(each, 0.84) for each in colours]
    paint_ring(brush, pose, RAY, colours=darker, count=count, width=width)
    paint_ring(brush, pose.scaled(0.92), RAY, colours=colours, count=count, width=width)
    outer = brush.pick((SOOT, BROWN, BROWN, RUST, GREENS[1], GOLD))
    inner = brush.pick((SOOT, BROWN, GREENS[1], STRAW, outer))
    centre = pose.moved(0, 0, scale=brush.between(0.32, 0.56))
    paint_seeds(brush, centre, inner=inner, outer=outer)


def paint_tulip(brush: Brush, pose: Pose, colour: Colour) -> None:
    """Paint a cup of five petals seen from the side, or an open tulip seen from above."""
    edge = brush.pick((colour, colour, colour, LEMON, WHITE, CRIMSON))
    if brush.chance(0.2):
        _paint_open_tulip(brush, pose, colour, edge=edge)
        return
    pose = replace(pose, squash=1.0, turn=pose.turn + brush.between(-0.04, 0.04))
    base = pose.moved(0, 0.9)
    spread = brush.between(0.6, 1.5)
    fan = ((-0.05, 1.75, 0.7), (0.05, 1.75, 0.74), (-0.075, 1.8, 0.86), (0.07, 1.8, 0.92))
    front = (brush.between(-0.015, 0.015), brush.between(1.5, 1.8), 1.04)
    for off, reach, light in (*fan, front):
        turn = np.array([0.75 + off * spread])
        ends = np.array([reach * brush.between(0.92, 1.06)])
        width = brush.between(0.44, 0.58)
        tone = light * brush.between(0.92, 1.06)
        (whole,) = petals(base, EGG, turns=turn, reach=ends, width=width)
        (body,) = petals(base, EGG, turns=turn, reach=ends * 0.94, width=width * 0.86)
        brush.fill(whole, shade(edge, tone * 0.82))
        brush.fill(body, shade(colour, tone))
        slips = turn + np.array([-0.022, 0.0, 0.02])
        for vein in rays(base, turns=slips, reach=np.repeat(ends * 0.8, 3)):
            brush.line(vein, shade(colour, tone * 0.78), 130)


def _paint_open_tulip(brush: Brush, pose: Pose, colour: Colour, *, edge: Colour) -> None:
    outer = around(brush, 3, 0.1)
    for scale, turns in ((1.0, outer), (0.84, outer + 0.167)):
        layer, reach = pose.scaled(scale), np.ones(3)
        wholes = petals(layer, EGG, turns=turns, reach=reach, width=0.46)
        bodies = petals(layer, EGG, turns=turns, reach=reach * 0.93, width=0.4)
        for whole, body in zip(wholes, bodies, strict=True):
            brush.fill(whole, shade(edge, 0.8))
            brush.fill(body, shade(colour, brush.between(0.85, 1.05)))
    brush.disc(pose.scaled(0.2), brush.pick((SOOT, LEMON, GREENS[3])))
    for ray in rays(pose, turns=around(brush, 6, 0.2), reach=np.full(6, 0.28)):
        brush.spot(ray[1].tolist(), pose.radius * 0.05, brush.pick((SOOT, GOLD)))
