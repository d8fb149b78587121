"""Geometry of OFD: transforms, lists of distances, and outlines in the standard's abbreviated form, made polygons."""

import itertools
import math
from collections.abc import Iterator

Affine = tuple[float, float, float, float, float, float]
Point = tuple[float, float]

_STEPS = 10  # straight pieces of one curve: at 200 dpi a seal's arc stays round
_MANY_POINTS = 500_000
_ARGUMENTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


def numbers(text: str | None, count: int) -> tuple[float, ...] | None:
    """Exactly `count` sane numbers, or None."""
    try:
        found = tuple(float(part) for part in (text or "").replace(",", " ").split())
    except ValueError:
        return None
    if len(found) < count or any(not abs(value) < 1e7 for value in found[:count]):
        return None
    return found[:count]


def compose(outer: Affine, inner: tuple[float, ...]) -> Affine:
    """The transform that applies `inner` first, then `outer`."""
    p, q, r, s, t, u = outer
    a, b, c, d, e, f = inner
    return (
        p * a + r * b,
        q * a + s * b,
        p * c + r * d,
        q * c + s * d,
        p * e + r * f + t,
        q * e + s * f + u,
    )


def deltas(text: str | None, limit: int) -> list[float]:
    """A DeltaX or DeltaY list with its shorthand "g count value" written out, no longer than `limit`."""
    tokens = (text or "").split()
    found: list[float] = []
    place = 0
    while place < len(tokens) and len(found) < limit:
        try:
            if tokens[place] == "g":
                count = int(float(tokens[place + 1]))
                found += [float(tokens[place + 2])] * max(0, min(count, limit - len(found)))
                place += 3
                continue
            found.append(float(tokens[place]))
        except (ValueError, OverflowError, IndexError):
            pass
        place += 1
    return [value if abs(value) < 1e6 else 0.0 for value in found]


def trace(data: str, matrix: Affine) -> list[list[Point]]:
    """The strokes of an outline as lists of points, transformed."""
    strokes: list[list[Point]] = []
    points: list[Point] = []
    total = 0
    for command, values in _commands(data):
        if command in ("S", "M"):
            if len(points) > 1:
                strokes.append(points)
            points = [(values[0], values[1])]
        elif command == "C":
            if points:
                points.append(points[0])
        elif points:
            points.extend(_piece(command, points[-1], values))
        total += _STEPS
        if total > _MANY_POINTS:
            break
    if len(points) > 1:
        strokes.append(points)
    a, b, c, d, e, f = matrix
    return [[(_tame(a * x + c * y + e), _tame(b * x + d * y + f)) for x, y in stroke] for stroke in strokes]


def _tame(value: float) -> float:
    """Pillow's polygons overflow far outside the page."""
    return max(-20_000.0, min(value, 20_000.0))


def _commands(data: str) -> Iterator[tuple[str, list[float]]]:
    tokens = data.replace(",", " ").split()
    place = 0
    while place < len(tokens):
        command = tokens[place]
        place += 1
        count = _ARGUMENTS.get(command)
        if count is None:
            continue
        try:
            values = [float(token) for token in tokens[place : place + count]]
        except ValueError:
            continue
        if len(values) == count and all(abs(value) < 1e7 for value in values):
            place += count
            yield command, values


def _piece(command: str, start: Point, values: list[float]) -> Iterator[Point]:
    if command == "L":
        yield (values[0], values[1])
        return
    if command == "A":
        yield from _arc(start, values)
        return
    control = [start, *((values[i], values[i + 1]) for i in range(0, len(values), 2))]
    for step in range(1, _STEPS + 1):
        share = step / _STEPS
        level = control
        while len(level) > 1:  # de Casteljau, for two control points as for three
            level = [
                (p[0] + (q[0] - p[0]) * share, p[1] + (q[1] - p[1]) * share)
                for p, q in itertools.pairwise(level)
            ]
        yield level[0]


def _arc(start: Point, values: list[float]) -> Iterator[Point]:
    """An elliptic arc from its end points to its centre, as SVG 1.1 appendix F.6 does it."""
    radius_x, radius_y, rotation, large, sweep, x, y = values
    radius_x, radius_y = abs(radius_x), abs(radius_y)
    if radius_x < 1e-6 or radius_y < 1e-6 or (x, y) == start:
        yield (x, y)
        return
    turn = math.radians(rotation)
    cos, sin = math.cos(turn), math.sin(turn)
    half_x, half_y = (start[0] - x) / 2, (start[1] - y) / 2
    u, v = cos * half_x + sin * half_y, cos * half_y - sin * half_x
    excess = (u / radius_x) ** 2 + (v / radius_y) ** 2
    if excess > 1:
        radius_x, radius_y = radius_x * math.sqrt(excess), radius_y * math.sqrt(excess)
    below = (radius_x * v) ** 2 + (radius_y * u) ** 2
    above = max(0.0, (radius_x * radius_y) ** 2 - below)
    factor = math.sqrt(above / below) * (-1 if (large != 0) == (sweep != 0) else 1)
    center_u, center_v = factor * radius_x * v / radius_y, -factor * radius_y * u / radius_x
    first = math.atan2((v - center_v) / radius_y, (u - center_u) / radius_x)
    last = math.atan2((-v - center_v) / radius_y, (-u - center_u) / radius_x)
    if sweep and last < first:
        last += 2 * math.pi
    elif not sweep and last > first:
        last -= 2 * math.pi
    middle_x, middle_y = (start[0] + x) / 2, (start[1] + y) / 2
    for step in range(1, 2 * _STEPS + 1):
        angle = first + (last - first) * step / (2 * _STEPS)
        p, q = center_u + radius_x * math.cos(angle), center_v + radius_y * math.sin(angle)
        yield (cos * p - sin * q + middle_x, sin * p + cos * q + middle_y)
