"""A page image with its numbered regions, and the enlarged piece of it that one region is."""

from collections.abc import Sequence
from dataclasses import dataclass, field

Polygon = Sequence[Sequence[float]]
"""Corners in page coordinates 0 to 1, the page upright, clockwise from the top left."""

CROP_WIDTH = 380
_LOWEST, _HIGHEST = 56, 190  # pixels of an enlarged piece


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRegion:
    """A region to draw. `state` is accepted, waiting, disputed or plain."""

    number: int
    polygon: Polygon
    label: str
    state: str = "plain"
    href: str = ""
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnRegion:
    """A region in pixels of the image: its outline, and the badge at its upper right corner."""

    number: int
    points: str
    badge_x: float
    badge_y: float
    state: str
    label: str
    href: str
    selected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageView:
    """Everything the macro `page_viewer` draws, in pixels of the image."""

    url: str
    width: int
    height: int
    title: str
    badge: float
    regions: tuple[DrawnRegion, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A window on the page image: `view_box` in its pixels, `height` for a width of `CROP_WIDTH` on the screen."""

    url: str
    width: int
    height: int
    view_box: str
    shown_height: int


def page_view(
    *, url: str, width: int, height: int, title: str, regions: Sequence[PageRegion] = ()
) -> PageView:
    """The page with its regions. Raises ValueError for an image without extent or a polygon of fewer than 3 corners."""
    if width < 1 or height < 1:
        raise ValueError("a page image needs a width and a height")
    badge = round(max(width, height) * 0.0125, 1)
    return PageView(
        url=url,
        width=width,
        height=height,
        title=title,
        badge=badge,
        regions=tuple(_drawn(one, width=width, height=height, badge=badge) for one in regions),
    )


def crop(polygon: Polygon, *, url: str, width: int, height: int) -> Crop:
    """The piece of the page that a region is, with some air round it."""
    left, top, right, bottom = _bounds(polygon, width=width, height=height)
    air = 0.012 * max(width, height)
    left, top, right, bottom = left - air, top - air, right + air, bottom + air
    wide, high = right - left, bottom - top
    shown = min(max(CROP_WIDTH * high / wide, _LOWEST), _HIGHEST)
    wide_needed = high * CROP_WIDTH / shown
    if wide_needed > wide:  # keep the middle of the region in the middle of the window
        left, wide = left - (wide_needed - wide) / 2, wide_needed
    else:
        high_needed = wide * shown / CROP_WIDTH
        top, high = top - (high_needed - high) / 2, high_needed
    return Crop(
        url=url,
        width=width,
        height=height,
        view_box=f"{left:.1f} {top:.1f} {wide:.1f} {high:.1f}",
        shown_height=round(shown),
    )


def _drawn(region: PageRegion, *, width: int, height: int, badge: float) -> DrawnRegion:
    if len(region.polygon) < 3:
        raise ValueError("a region needs three corners or more")
    _, top, right, _ = _bounds(region.polygon, width=width, height=height)
    return DrawnRegion(
        number=region.number,
        points=" ".join(f"{_inside(x) * width:.1f},{_inside(y) * height:.1f}" for x, y in region.polygon),
        badge_x=round(min(max(right, badge), width - badge), 1),
        badge_y=round(min(max(top, badge), height - badge), 1),
        state=region.state,
        label=region.label,
        href=region.href or f"#claim-{region.number}",
        selected=region.selected,
    )


def _bounds(polygon: Polygon, *, width: int, height: int) -> tuple[float, float, float, float]:
    xs = [_inside(x) * width for x, _ in polygon]
    ys = [_inside(y) * height for _, y in polygon]
    return min(xs), min(ys), max(xs), max(ys)


def _inside(share: float) -> float:
    return min(max(share, 0.0), 1.0)
