"""The README's picture is small, and has not lost the colours that carry meaning."""

import pytest
from PIL import Image
from tests.docs.blocks import ROOT
from tests.docs.picture import LARGEST, PICTURE


def test_the_readme_shows_a_small_picture():
    assert f"({PICTURE.relative_to(ROOT).as_posix()})" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert PICTURE.stat().st_size <= LARGEST


@pytest.mark.parametrize(
    ("meaning", "colour"),
    [("contradiction", (194, 64, 45)), ("proved", (29, 107, 90)), ("act", (35, 79, 125))],
)
def test_a_colour_that_means_something_is_still_itself(meaning: str, colour: tuple[int, int, int]):
    seen = Image.open(PICTURE).convert("RGB").getcolors(2_000_000) or []
    near = [
        count for count, shown in seen if all(abs(a - b) <= 16 for a, b in zip(shown, colour, strict=True))
    ]
    assert sum(near) > 300, meaning
