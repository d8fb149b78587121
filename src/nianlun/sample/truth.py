"""Draws papers into scans and keeps, apart from them, what is truly written where."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

import cv2
import numpy as np
import numpy.typing as npt

from nianlun.sample.ageing import age
from nianlun.sample.ink import (
    BALLPOINT,
    BLUE_BLACK,
    CARBON,
    PRINTER,
    WRITERS,
    Box,
    Page,
    Style,
    measure,
    union,
    write,
)
from nianlun.sample.paper import Entry, Paper
from nianlun.sample.seals import stamp
from nianlun.sample.typesetting import Form, Slot, form, pixels

PAST_DPI = 150
Polygon = list[list[float]]

# Filled in by somebody's own hand even where a printer filled in the rest.
_SIGNED = ("本人签名", "乙方签字", "本人签字", "填报人", "制表", "审核")
_OFFICES = (
    "意见",
    "审批日期",
    "审核日期",
    "意见日期",
    "批准日期",
    "部队日期",
    "安置日期",
    "公社日期",
    "学校日期",
)
_BORDER = 0.12  # of the type's height round the ink


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthField:
    """One thing a page says: a claim's field name, its normalised value, the text as printed, and where."""

    name: str
    value: str
    text: str
    polygon: Polygon  # 0..1 of the scan, clockwise from the top left
    altered: bool = False

    def to_json(self) -> dict[str, object]:
        return {
            "name": self.name, "value": self.value, "text": self.text, "polygon": self.polygon,
            "altered": self.altered,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One page as the scanner gave it, with its ground truth."""

    number: int  # page of the paper, from 1
    jpeg: bytes
    width: int
    height: int
    fields: tuple[TruthField, ...]

    @property
    def seals(self) -> tuple[TruthField, ...]:
        return tuple(f for f in self.fields if f.name == "seal")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A page before its JPEG: the picture in BGR and its ground truth."""

    image: npt.NDArray[np.uint8]
    fields: tuple[TruthField, ...]


def render_paper(paper: Paper, *, dpi: int = PAST_DPI, damage: int | None = None) -> list[Scan]:
    """The scans of a paper, one a page. Same paper, resolution and damage: same bytes."""
    quality = 70 if dpi <= PAST_DPI else 84
    scans = []
    for number, page in enumerate(draw_paper(paper, dpi=dpi, damage=damage), start=1):
        done, data = cv2.imencode(".jpg", page.image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if not done:
            raise ValueError(f"page {number} of {paper.id} could not be encoded")
        height, width = page.image.shape[:2]
        scans.append(
            Scan(
                number=number,
                jpeg=_with_density(data.tobytes(), dpi),
                width=width,
                height=height,
                fields=page.fields,
            )
        )
    return scans


def _with_density(jpeg: bytes, dpi: int) -> bytes:
    """State the resolution in the JFIF header, which OpenCV leaves out, as every scanner does."""
    if jpeg[6:11] != b"JFIF\0":
        return jpeg
    return jpeg[:13] + b"\x01" + dpi.to_bytes(2, "big") * 2 + jpeg[18:]


def draw_paper(paper: Paper, *, dpi: int = PAST_DPI, damage: int | None = None) -> list[Drawn]:
    """The same pages as pictures in memory, for other containers than JPEG."""
    blank = form(paper.layout, dpi=dpi)
    level = paper.damage if damage is None else damage
    return [_page(paper, blank, number, dpi=dpi, damage=level) for number in range(len(blank.pages))]


def _page(paper: Paper, blank: Form, number: int, *, dpi: int, damage: int) -> Drawn:
    rng = Random(f"{paper.id}/{number}")  # noqa: S311 - a picture, not a secret
    page: Page = np.asarray(cv2.cvtColor(blank.pages[number], cv2.COLOR_GRAY2BGR), np.uint8)
    found: list[tuple[str, str, str, Box, bool]] = []
    writer = (paper.person + (rng.random() < 0.5)) % WRITERS
    for slot in blank.slots.values():
        if slot.page != number:
            continue
        box = pixels(slot, dpi=dpi)
        if slot.kind == "title":
            ink = _title(page, paper, slot, box, dpi=dpi, rng=rng)
            if ink:
                found.append(("document_kind", paper.kind.value, paper.title, ink, False))
        elif slot.kind == "entry" and (entry := paper.entries.get(slot.name)) and entry.text:
            style = style_of(paper, slot.name, writer=writer, rng=rng)
            ink = _entry(page, entry, slot, box, style=style, rng=rng, dpi=dpi)
            if ink and entry.name:
                found.append((entry.name, entry.value, entry.text, ink, bool(entry.altered_from)))
    for seal in paper.seals:
        place = blank.slots[seal.slot]
        if place.page == number:
            ink = stamp(
                page,
                shape=seal.shape,
                text=seal.text,
                under=seal.under,
                box=pixels(place, dpi=dpi),
                rng=rng,
            )
            if ink:
                words = seal.text.replace("\n", "") + seal.under
                found.append(("seal", words, words, ink, False))
    aged = age(page, damage=damage, rng=rng, dpi=dpi, copy=paper.copy, year=paper.made.year)
    height, width = aged.image.shape[:2]
    fields = tuple(
        TruthField(
            name=name, value=value, text=text, altered=altered,
            polygon=_polygon(ink, aged.transform, width=width, height=height, border=dpi * _BORDER / 6),
        )
        for name, value, text, ink, altered in found
    )  # fmt: skip
    return Drawn(image=aged.image, fields=fields)


def style_of(paper: Paper, label: str, *, writer: int, rng: Random) -> Style:
    """Who wrote this place, and with what."""
    if label.endswith(_OFFICES) and paper.hand != "print":
        return Style(
            kind="hand",
            writer=WRITERS + paper.person % 2,
            colour=BLUE_BLACK,
            weight=rng.uniform(0.82, 0.98),
        )
    if paper.hand == "hand" or label in _SIGNED:
        ballpoint = paper.made.year >= 1986 and paper.person % 3 != 0
        colour = BALLPOINT if ballpoint else BLUE_BLACK
        return Style(kind="hand", writer=writer, colour=colour, weight=rng.uniform(0.84, 1.0))
    if paper.hand == "typed":
        return Style(kind="typed", colour=CARBON, weight=rng.uniform(0.72, 0.95))
    return Style(kind="print", colour=PRINTER, weight=0.97)


def _title(
    page: Page, paper: Paper, slot: Slot, box: tuple[float, float, float, float], *, dpi: int, rng: Random
) -> Box | None:
    """The printed heading, its letters spread as printers did."""
    size = slot.size * dpi / 72
    room = box[2] / size - len(paper.title)
    tracking = max(0.0, min(0.55, room / max(len(paper.title), 1)))
    style = Style(kind="title", colour=PRINTER, weight=0.96)
    return write(
        page, paper.title, box=box, size=size, align="center", style=style, rng=rng, tracking=tracking
    )


def _entry(
    page: Page,
    entry: Entry,
    slot: Slot,
    box: tuple[float, float, float, float],
    *,
    style: Style,
    rng: Random,
    dpi: int,
) -> Box | None:
    size = slot.size * dpi / 72 * (rng.uniform(0.96, 1.1) if style.kind == "hand" else 1.0)
    if not entry.altered_from:
        return write(page, entry.text, box=box, size=size, align=slot.align, style=style, rng=rng)
    return _altered(page, entry, box, size=size, style=style, rng=rng)


def _altered(
    page: Page,
    entry: Entry,
    box: tuple[float, float, float, float],
    *,
    size: float,
    style: Style,
    rng: Random,
) -> Box | None:
    """A changed entry. Same length: the wrong figures are overwritten heavily; else struck out, the new above."""
    x, y, width, height = box
    size = min(size, (width * 0.9) / max(measure(entry.text, size=1.0), 1.0))
    heavy = Style(kind="hand", writer=(style.writer + 1) % WRITERS, colour=BLUE_BLACK, weight=1.0)
    if len(entry.text) == len(entry.altered_from):
        start = x + (width - measure(entry.text, size=size)) / 2
        bounds: Box | None = None
        for new, old in zip(entry.text, entry.altered_from, strict=True):
            step = measure(new, size=size)
            cell = (start - size * 0.25, y, step + size * 0.5, height)
            bounds = union(
                bounds, write(page, old, box=cell, size=size, align="left", style=style, rng=rng)
            )
            if new != old:
                for _ in range(2):  # gone over twice, so that the old figure drowns
                    bounds = union(
                        bounds,
                        write(page, new, box=cell, size=size * 1.12, align="left", style=heavy, rng=rng),
                    )
            start += step
        return bounds
    low = write(page, entry.altered_from, box=(x, y + height * 0.4, width, height * 0.6), size=size * 0.9,
                align="center", style=style, rng=rng)  # fmt: skip
    if low:
        middle = (low[1] + low[3]) // 2
        for shift in (-2, 3):
            ends = (
                (low[0] - 3, middle + shift + rng.randint(-2, 2)),
                (low[2] + 3, middle + shift + rng.randint(-3, 3)),
            )
            cv2.line(page, *ends, BLUE_BLACK, max(1, round(size / 14)), cv2.LINE_AA)
    high = write(page, entry.text, box=(x, y - height * 0.04, width, height * 0.5), size=size * 0.86, align="center",
                 style=heavy, rng=rng)  # fmt: skip
    return union(low, high)


def _polygon(
    ink: Box, matrix: npt.NDArray[np.float64], *, width: int, height: int, border: float
) -> Polygon:
    """The ink's bounds with a small border, carried through the ageing, as shares of the scan."""
    left, top, right, bottom = ink[0] - border, ink[1] - border, ink[2] + border, ink[3] + border
    corners = np.asarray([[(left, top), (right, top), (right, bottom), (left, bottom)]], np.float64)
    moved = cv2.perspectiveTransform(corners, matrix)[0]
    return [
        [round(min(max(float(x) / width, 0.0), 1.0), 5), round(min(max(float(y) / height, 0.0), 1.0), 5)]
        for x, y in moved
    ]


def truth_of(paper: Paper, scans: Sequence[Scan], *, files: Iterable[str] = ()) -> str:
    """The ground truth of a paper as JSON text: kept in a folder of its own, never beside the scans."""
    names = list(files) or [""] * len(scans)
    return json.dumps(
        {
            "paper": paper.id, "person": paper.person, "kind": paper.kind.value, "title": paper.title,
            "made_on": paper.made.isoformat(), "made_on_text": paper.made_on, "unit": paper.unit,
            "altered": paper.altered, "hand": paper.hand, "copy": paper.copy, "damage": paper.damage,
            "pages": [
                {"number": number, "file": name, "fields": [f.to_json() for f in scan.fields]}
                for number, (scan, name) in enumerate(zip(scans, names, strict=True), start=1)
            ],
        },
        ensure_ascii=False, indent=1,
    )  # fmt: skip
