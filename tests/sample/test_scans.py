"""From a paper to a scan: exact regions whatever the damage, the same bytes whatever the process."""

from random import Random

import cv2
import numpy as np
import pytest

from nianlun.archives.domain import DocumentKind
from nianlun.sample.ageing import age
from nianlun.sample.city import build_city
from nianlun.sample.ink import BLUE_BLACK, Style, write
from nianlun.sample.papers import all_papers, papers_of
from nianlun.sample.people import City
from nianlun.sample.production import produce
from nianlun.sample.truth import render_paper, truth_of


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(persons=20)


@pytest.mark.parametrize("damage", [0, 1, 2, 3])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_ink_of_an_entry_lies_inside_the_polygon_that_the_ageing_gives_back(damage: int, seed: int):
    bare = np.full((1754, 1240, 3), 255, np.uint8)
    inked = bare.copy()
    style = Style(kind="hand", writer=1, colour=BLUE_BLACK)
    box = write(
        inked,
        "1967年4月28日",
        box=(300, 500, 400, 80),
        size=30,
        align="center",
        style=style,
        rng=Random(seed),
    )
    assert box
    # Aged without and with the ink by the same numbers, so that the difference is the ink alone.
    without = age(bare, damage=damage, rng=Random(seed), dpi=150, copy=False, year=1984)
    aged = age(inked, damage=damage, rng=Random(seed), dpi=150, copy=False, year=1984)
    difference = np.abs(aged.image.astype(int) - without.image).max(axis=2) > 45
    corners = [
        (box[0] - 4, box[1] - 4),
        (box[2] + 4, box[1] - 4),
        (box[2] + 4, box[3] + 4),
        (box[0] - 4, box[3] + 4),
    ]
    polygon = cv2.perspectiveTransform(np.asarray([corners], np.float64), aged.transform)[0]
    mask = np.zeros(difference.shape, np.uint8)
    cv2.fillConvexPoly(mask, polygon.round().astype(np.int32), 1)
    assert difference.sum() > 300
    assert (difference & (mask == 0)).sum() <= difference.sum() * 0.002


def test_each_known_entry_of_a_filled_form_has_dark_ink_in_its_region(city: City):
    paper = next(p for p in all_papers(city) if p.kind is DocumentKind.HIRING_APPROVAL)
    scan = render_paper(paper, damage=1)[0]
    picture = cv2.imdecode(np.frombuffer(scan.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
    names = {f.name for f in scan.fields}
    assert {
        "name",
        "sex",
        "birth_date",
        "work_start",
        "unit",
        "recorded_on",
        "document_kind",
        "seal",
    } <= names
    for field in scan.fields:
        points = np.asarray(field.polygon) * [scan.width, scan.height]
        left, top, wide, high = cv2.boundingRect(points.astype(np.int32))
        region = picture[top : top + high, left : left + wide]
        assert region.min() < region.max() - 60, field
        assert all(0 <= share <= 1 for point in field.polygon for share in point)


def test_polygons_run_clockwise_from_the_top_left(city: City):
    for field in render_paper(papers_of(city, 0)[0])[0].fields:
        (x0, y0), (x1, y1), (x2, y2), (x3, y3) = field.polygon
        assert x0 < x1
        assert y0 < y3
        assert x3 < x2
        assert y1 < y2


def test_the_same_paper_gives_the_same_bytes_and_another_damage_other_bytes(city: City):
    paper = papers_of(city, 0)[1]
    assert render_paper(paper)[0].jpeg == render_paper(paper)[0].jpeg
    assert render_paper(paper, damage=3)[0].jpeg != render_paper(paper, damage=0)[0].jpeg


def test_the_number_of_processes_changes_nothing(city: City):
    papers = all_papers(city)[:26]
    alone = [p.scans[0].jpeg for p in produce(papers, dpi=50, processes=1)]
    together = [p.scans[0].jpeg for p in produce(papers, dpi=50, processes=2)]
    assert alone == together


def test_the_past_is_scanned_at_150_dpi_and_says_so(city: City):
    scan = render_paper(papers_of(city, 0)[0])[0]
    assert (scan.width, scan.height) == (1240, 1754)
    assert scan.jpeg[13:18] == b"\x01" + (150).to_bytes(2, "big") * 2


def test_the_truth_names_every_field_and_no_scan_holds_it(city: City):
    paper = papers_of(city, 0)[0]
    scans = render_paper(paper, dpi=75)
    text = truth_of(paper, scans, files=["a.jpg"])
    assert '"birth_date"' in text
    assert b"1967-04-28" not in scans[0].jpeg
