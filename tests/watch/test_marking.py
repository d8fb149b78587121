"""Marks on what leaves the house."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from nianlun.watch.marking import burned, entry_of, numbered


def picture(kind: str, *, size: tuple[int, int] = (800, 1100), mode: str = "L") -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, 240 if mode == "L" else (240, 240, 230)).save(written, kind)
    return written.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_number_leads_back_and_no_pixel_changes(kind, mode):
    plain = picture(kind, mode=mode)
    marked = numbered(plain, entry_id=40_321)
    assert (entry_of(plain), entry_of(marked)) == (None, 40_321)
    with Image.open(io.BytesIO(plain)) as before, Image.open(io.BytesIO(marked)) as after:
        after.load()
        assert ImageChops.difference(before, after).getbbox() is None


@given(st.integers(1, 2**63 - 1))
def test_any_number_comes_back(entry_id):
    assert entry_of(numbered(PAGE, entry_id=entry_id)) == entry_id


PAGE = picture("PNG", size=(3, 3))


def test_what_is_no_picture_stays_as_it_is():
    assert numbered(b"%PDF-1.7", entry_id=1) == b"%PDF-1.7"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_no_useful_piece_of_a_burned_picture_is_without_the_name(kind):
    marked = burned(picture(kind), text="赵强 scanner-1 2026-11-23 10:00")
    with Image.open(io.BytesIO(marked)) as page:
        assert (page.format, page.size) == (kind, (800, 1100))
        gray = page.convert("L")
        for left in range(0, 800, 400):
            for top in range(0, 1100, 275):
                darkest = min(gray.crop((left, top, left + 400, top + 275)).getdata())
                assert darkest < 230, (left, top)
