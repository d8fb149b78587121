"""From a clean page to a scan: paper, fading, stains, holes, skew, shadow, bleed-through, noise.

Everything random is drawn from the generator given; textures are made once a process from fixed seeds, so that
the same page always gives the same bytes, whatever process draws it.
"""

from dataclasses import dataclass
from functools import lru_cache
from random import Random

import cv2
import numpy as np
import numpy.typing as npt

Gray = npt.NDArray[np.uint8]
Page = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]

_TILE = 1024
_PAPERS = 2  # textures of each tint
# BGR of the paper: as new, a little yellow, yellow, brown.
_TINTS = ((240, 247, 249), (218, 238, 246), (198, 225, 240), (176, 210, 231))
_COPY_TINT = (247, 248, 248)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """The scan in BGR and the transform from clean page pixels to scan pixels."""

    image: Page
    transform: Matrix


@lru_cache(maxsize=1)
def _tiles() -> tuple[Gray, Gray]:
    """Fine grain and slow clouds, mean 128."""
    rng = np.random.default_rng(20240913)
    grain = cv2.GaussianBlur(rng.normal(128, 62, (_TILE, _TILE)).astype(np.float32), (0, 0), 0.9)
    clouds = np.zeros((_TILE, _TILE), np.float32)
    for cells, reach in ((6, 20.0), (17, 17.0), (60, 13.0)):
        coarse = rng.normal(0, reach, (cells, cells)).astype(np.float32)
        clouds += cv2.resize(coarse, (_TILE, _TILE), interpolation=cv2.INTER_CUBIC)
    return (
        np.asarray(np.clip(grain, 0, 255), np.uint8),
        np.asarray(np.clip(clouds + 128, 0, 255), np.uint8),
    )


def noise(height: int, width: int, rng: Random, *, fine: bool) -> Gray:
    """A window of grain or clouds; larger windows than the tile are stretched from it."""
    tile = _tiles()[0 if fine else 1]
    if height <= _TILE and width <= _TILE:
        top, left = rng.randrange(_TILE - height + 1), rng.randrange(_TILE - width + 1)
        return tile[top : top + height, left : left + width]
    return np.asarray(cv2.resize(tile, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


@lru_cache(maxsize=24)
def _paper(width: int, height: int, tint: int, number: int) -> Page:
    """A sheet without writing: fibres, clouds, edges browned by light. `tint` 4 is copier paper."""
    rng = np.random.default_rng([tint, number, width])
    base = np.asarray(_COPY_TINT if tint == 4 else _TINTS[tint], np.float32)
    strength = (0.25, 0.55, 0.9, 1.3, 0.12)[tint]
    quarter = (height // 4, width // 4)
    clouds = np.zeros(quarter, np.float32)
    for cells, reach in ((4, 1.0), (11, 0.8), (40, 0.5), (120, 0.4)):
        coarse = rng.normal(0, reach, (cells, cells)).astype(np.float32)
        clouds += cv2.resize(coarse, (quarter[1], quarter[0]), interpolation=cv2.INTER_CUBIC)
    ys = np.linspace(-1, 1, quarter[0], dtype=np.float32)[:, None]
    xs = np.linspace(-1, 1, quarter[1], dtype=np.float32)[None, :]
    rim = np.maximum(np.abs(xs) ** 7, np.abs(ys) ** 9) + 0.22 * (xs * xs + ys * ys) / 2
    dark = 1 - 0.011 * strength * clouds - 0.105 * strength * rim
    sheet = np.stack([np.clip(base[c] * dark ** (1.5, 1.0, 0.8)[c], 0, 255) for c in range(3)], axis=2)
    slow = cv2.resize(sheet.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    # The fibres also dither the slow shades, which would show as bands otherwise.
    tile: Gray = np.tile(_tiles()[0], (height // _TILE + 1, width // _TILE + 1))[:height, :width]
    if width > 1900:  # finer scans show fibres over more pixels
        near = tile[: height // 2, : width // 2]
        tile = np.asarray(cv2.resize(near, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    share = 0.05 + 0.03 * strength
    grain = (tile.astype(np.float32) - 128) * share
    full = slow + cv2.merge((grain, grain, grain))
    return np.asarray(cv2.convertScaleAbs(np.maximum(full, 0)), np.uint8)


def _skew(width: int, height: int, damage: int, rng: Random) -> Matrix:
    """A turn of up to two degrees and a slight perspective, as from a sheet laid by hand."""
    angle = max(-2.0, min(2.0, rng.gauss(0, (0.25, 0.6, 0.9, 1.2)[damage])))
    turn = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), angle, 0.985), [0, 0, 1]])
    pull = (0.0, 0.002, 0.004, 0.007)[damage]
    corners = np.asarray([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = corners + np.asarray(
        [(rng.uniform(-pull, pull) * width, rng.uniform(-pull, pull) * height) for _ in corners], np.float32
    )
    return np.asarray(cv2.getPerspectiveTransform(corners, moved) @ turn, np.float64)


def age(clean: Page, *, damage: int, rng: Random, dpi: int, copy: bool, year: int) -> Aged:
    """Turn a clean page (255 = bare) into a scan of damage 0 to 3; sizes stay the same."""
    height, width = clean.shape[:2]
    matrix = _skew(width, height, damage, rng)
    light = _turned(_faded(clean, damage=damage, rng=rng), matrix, flat=damage == 0)
    if damage >= 2 or (damage == 1 and rng.random() < 0.25):
        light = _bleed(light, rng=rng)
    tint = 4 if copy else min(3, (0 if year >= 2003 else 1 if year >= 1990 else 2) + (damage >= 3))
    if damage == 0 and not copy:
        tint = min(tint, 1)
    sheet = _paper(width, height, tint, rng.randrange(_PAPERS))
    turn = rng.choice((None, -1, 0, 1))  # four ways to lay the same texture
    laid = sheet if turn is None else cv2.flip(sheet, turn)
    scan = np.asarray(cv2.multiply(laid, light, scale=1 / 255), np.uint8)
    if not copy:
        _wear(scan, matrix, damage=damage, rng=rng, dpi=dpi, year=year)
    if rng.random() < 0.45 or damage >= 2:
        _spine(scan, rng=rng)
    if rng.random() < 0.3:
        _lid(scan, matrix, rng=rng)
    if copy:
        scan = _photocopied(scan, rng=rng, dpi=dpi)
    grain = noise(height, width, rng, fine=True)
    spread = (0.05, 0.09, 0.13, 0.2)[damage]
    grey = cv2.merge((grain, grain, grain))
    noisy = cv2.addWeighted(scan, 1.0, grey, spread, -128 * spread)
    return Aged(image=np.asarray(noisy, np.uint8), transform=matrix)


def _turned(light: Page, matrix: Matrix, *, flat: bool) -> Page:
    """The page as it lay on the glass; without perspective the affine way is twice as fast."""
    size, white = (light.shape[1], light.shape[0]), (255, 255, 255)
    if flat:
        turned = cv2.warpAffine(light, matrix[:2], size, flags=cv2.INTER_LINEAR, borderValue=white)
    else:
        turned = cv2.warpPerspective(light, matrix, size, flags=cv2.INTER_LINEAR, borderValue=white)
    return np.asarray(turned, np.uint8)


def _faded(clean: Page, *, damage: int, rng: Random) -> Page:
    """Ink grown pale; damage 3 is hard to read in part."""
    keep = rng.uniform(*((0.93, 1.0), (0.8, 0.95), (0.62, 0.82), (0.45, 0.66))[damage])
    curve = np.asarray(255 - (255 - np.arange(256)) * keep, np.uint8)
    pale = cv2.LUT(clean, curve)
    return np.asarray(cv2.GaussianBlur(pale, (0, 0), 0.55) if damage else pale, np.uint8)


def _bleed(light: Page, *, rng: Random) -> Page:
    """The other side shining through: mirrored, blurred, faint."""
    height, width = light.shape[:2]
    small = cv2.resize(
        cv2.cvtColor(light, cv2.COLOR_BGR2GRAY), (width // 4, height // 4), interpolation=cv2.INTER_AREA
    )
    turned = cv2.GaussianBlur(cv2.flip(small, 1), (0, 0), 1.1)
    shift = np.asarray([[1, 0, rng.uniform(-12, 12)], [0, 1, rng.uniform(4, 22)]], np.float32)
    turned = cv2.warpAffine(turned, shift, (width // 4, height // 4), borderValue=255)
    faint = rng.uniform(0.10, 0.2)
    ghost = cv2.LUT(turned, np.asarray(255 - (255 - np.arange(256)) * faint, np.uint8))
    big = cv2.resize(ghost, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(light, cv2.merge((big, big, big)), scale=1 / 255), np.uint8)


def _wear(scan: Page, matrix: Matrix, *, damage: int, rng: Random, dpi: int, year: int) -> None:
    """Punch holes, fold, stains and a torn corner, drawn in place."""
    height, width = scan.shape[:2]
    if year < 2005 or rng.random() < 0.5:
        for share in (0.285, 0.693):
            _hole(scan, _moved(matrix, width * 0.052, height * share), radius=dpi * 0.108, rng=rng)
    if damage >= 1 and rng.random() < 0.35 + 0.2 * damage:
        _fold(scan, matrix, share=rng.choice((0.5, 0.5, 0.33)), rng=rng, dpi=dpi)
    for _ in range((0, rng.randrange(2), rng.randint(1, 3), rng.randint(3, 5))[damage]):
        _stain(scan, rng=rng, dpi=dpi)
    if damage >= 3 or (damage == 2 and rng.random() < 0.4):
        _torn(scan, matrix, rng=rng)


def _moved(matrix: Matrix, x: float, y: float) -> tuple[int, int]:
    px, py, w = matrix @ np.asarray([x, y, 1.0])
    return round(px / w), round(py / w)


def _hole(scan: Page, at: tuple[int, int], *, radius: float, rng: Random) -> None:
    shade = rng.randint(150, 205)
    reach = round(radius)
    cv2.circle(scan, (at[0] + 1, at[1] + 1), reach + 1, (shade - 40,) * 3, -1, cv2.LINE_AA)
    cv2.circle(scan, at, reach, (shade, shade + 3, shade + 5), -1, cv2.LINE_AA)


def _fold(scan: Page, matrix: Matrix, *, share: float, rng: Random, dpi: int) -> None:
    """A crease: a dark line beside a light one."""
    height, width = scan.shape[:2]
    middle = _moved(matrix, width / 2, height * share)[1]
    half = max(3, dpi // 30)
    band = scan[max(middle - half, 0) : middle + half]
    if band.shape[0] < 2:
        return
    across = np.linspace(-1, 1, band.shape[0], dtype=np.float32)
    profile = (
        1 - 0.13 * np.exp(-((across - 0.15) ** 2) / 0.05) + 0.05 * np.exp(-((across + 0.4) ** 2) / 0.06)
    )
    along = 0.75 + 0.25 * np.sin(np.linspace(0, rng.uniform(6, 16), width, dtype=np.float32))
    factor = 1 + (profile[:, None] - 1) * along[None, :]
    band[:] = np.clip(band * factor[:, :, None], 0, 255)


def _stain(scan: Page, *, rng: Random, dpi: int) -> None:
    """A spot of tea or damp: brown, with a darker rim."""
    height, width = scan.shape[:2]
    side = round(dpi * rng.uniform(0.3, 1.6))
    left, top = rng.randrange(-side // 2, width - side // 2), rng.randrange(-side // 2, height - side // 2)
    ys, xs = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    wobble = noise(min(side, _TILE), min(side, _TILE), rng, fine=False).astype(np.float32)
    far = np.hypot(xs, ys * rng.uniform(0.8, 1.3)) + (wobble - 128) / 190
    inside = np.clip((0.72 - far) * 9, 0, 1)
    ring = np.exp(-((far - 0.66) ** 2) / 0.004)
    depth = np.clip(inside * rng.uniform(0.05, 0.12) + ring * rng.uniform(0.03, 0.1), 0, 0.4).astype(
        np.float32
    )
    x0, y0, x1, y1 = max(left, 0), max(top, 0), min(left + side, width), min(top + side, height)
    if x1 <= x0 or y1 <= y0:
        return
    part = depth[y0 - top : y1 - top, x0 - left : x1 - left, None]
    region = scan[y0:y1, x0:x1]
    region[:] = region * (1 - part * np.asarray([1.6, 1.0, 0.7], np.float32))


def _torn(scan: Page, matrix: Matrix, *, rng: Random) -> None:
    """A corner gone: the scanner's lid shows behind it."""
    height, width = scan.shape[:2]
    size = rng.uniform(0.03, 0.07) * width
    right, low = rng.random() < 0.5, rng.random() < 0.5
    x, y = (width if right else 0), (height if low else 0)
    inward_x, inward_y = (-1 if right else 1), (-1 if low else 1)
    points = [_moved(matrix, x, y), _moved(matrix, x + inward_x * size * 1.3, y)]
    points += [_moved(matrix, x + inward_x * size * 0.6, y + inward_y * size * rng.uniform(0.2, 0.5))]
    points += [_moved(matrix, x, y + inward_y * size * 1.2)]
    points[0] = (x, y)
    cv2.fillPoly(scan, [np.asarray(points, np.int32)], (206, 208, 210), cv2.LINE_AA)


def _spine(scan: Page, *, rng: Random) -> None:
    """The shadow where the sheet was bound into the volume, at the left."""
    width = scan.shape[1]
    reach = round(width * rng.uniform(0.03, 0.07))
    depth = rng.uniform(0.1, 0.32)
    ramp = 1 - depth * (1 - np.linspace(0, 1, reach, dtype=np.float32)) ** 2
    band = scan[:, :reach]
    band[:] = band * ramp[None, :, None]


def _lid(scan: Page, matrix: Matrix, *, rng: Random) -> None:
    """The sheet lay askew: beyond its edge the lid of the scanner is seen."""
    height, width = scan.shape[:2]
    edge = [_moved(matrix, x, y) for x, y in ((0, 0), (width, 0), (width, height), (0, height))]
    frame = ((0, 0), (width, 0), (width, height), (0, height))
    grey = rng.choice((70, 92, 224, 232))
    for one in range(4):
        two = (one + 1) % 4
        area = np.asarray([frame[one], frame[two], edge[two], edge[one]], np.int32)
        cv2.fillPoly(scan, [area], (grey, grey, grey), cv2.LINE_AA)


def _photocopied(scan: Page, *, rng: Random, dpi: int) -> Page:
    """A copier's gray: hard contrast, toner specks, a streak."""
    gray = cv2.cvtColor(scan, cv2.COLOR_BGR2GRAY)
    steep = np.clip((np.arange(256, dtype=np.float32) - 60) * 1.42, 0, 250)
    gray = cv2.LUT(gray, np.asarray(steep, np.uint8))
    height, width = gray.shape
    for _ in range(rng.randint(20, 90)):
        spot = (rng.randrange(width), rng.randrange(height))
        cv2.circle(gray, spot, rng.choice((1, 1, 1, max(1, dpi // 100))), rng.randint(30, 150), -1)
    if rng.random() < 0.5:
        x = rng.randrange(width)
        gray[:, x : x + 2] = (gray[:, x : x + 2] * 0.88).astype(np.uint8)
    return np.asarray(cv2.merge((gray, gray, gray)), np.uint8)
