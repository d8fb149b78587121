"""Colours, sizes and weights of what is sent to the browser, against the design's own numbers."""

import re
from pathlib import Path

import pytest

from nianlun import ui

STATIC = Path(ui.__file__).parent / "static" / "ui"
HEX = re.compile(r"#[0-9a-fA-F]{3,8}\b")
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
TOKENS = (STATIC / "tokens.css").read_text(encoding="utf-8")


def without_comments(css: str) -> str:
    return re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)


def tokens(look: str) -> dict[str, str]:
    """The values in force under a look: those of the root, overlaid by its own."""
    found: dict[str, str] = {}
    for selector, body in RULE.findall(without_comments(TOKENS)):
        names = [name.strip() for name in selector.split(",")]
        if (
            ":root" in names
            or any(name == f'html[data-look="{look}"]' for name in names)
            or (look.startswith("elder") and 'html[data-look^="elder"]' in names)
        ):
            found |= dict(re.findall(r"--([\w-]+):\s*([^;]+);", body))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """The ratio of WCAG 2.2, 1 to 21."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("paper", "sheet", "sheet-inner", "side")
PAIRS = [
    *[(ink, ground, 5.0) for ink in ("ink", "ink-soft", "ink-far", "act") for ground in GROUNDS],
    *[
        (f"{tone}-word", f"{tone}-tint", 6.0)
        for tone in ("proved", "single", "contradictory", "act", "plain")
    ],
    *[
        (f"on-{state}", state, 4.5)
        for state in ("act", "proved", "recorded", "single", "contradictory", "count")
    ],
    ("bar-ink", "bar", 7.0),
    ("bar-soft", "bar-field", 4.5),
    ("avatar-ink", "avatar", 4.5),
    ("ink", "selected", 7.0),
    ("ink", "field", 7.0),
    ("field-rule", "field", 3.0),  # the edge of a control, WCAG 1.4.11
    ("focus", "paper", 3.0),
    ("proved", "sheet", 3.0),
    ("contradictory", "sheet", 3.0),
]


@pytest.mark.parametrize("look", ["light", "dark", "contrast", "elder", "elder-large"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_words_stand_out_from_their_ground(look: str, ink: str, ground: str, least: float):
    values = tokens(look)
    if (
        look in {"contrast", "elder", "elder-large"}
        and ink.startswith(("ink", "act"))
        and ground in GROUNDS
    ):
        least = 7.0
    assert contrast(values[ink], values[ground]) >= least


@pytest.mark.parametrize("look", ["elder", "elder-large"])
def test_in_the_elder_look_chips_and_buttons_reach_seven_to_one(look: str):
    values = tokens(look)
    pairs = [(f"{tone}-word", "sheet") for tone in ("proved", "single", "contradictory", "act", "plain")]
    for ink, ground in [*pairs, ("on-act", "act"), ("proved", "sheet"), ("single-word", "single-tint")]:
        assert contrast(values[ink], values[ground]) >= 7


def test_in_the_elder_look_no_letter_is_below_22_pixels_and_no_target_below_60():
    values = tokens("elder")
    sizes = {name: int(value[:-2]) for name, value in values.items() if name.startswith("size-")}
    assert min(sizes.values()) >= 22
    assert int(values["target"][:-2]) >= 60 and int(values["control"][:-2]) >= 60
    assert int(tokens("elder-large")["size-body"][:-2]) >= 30


def test_dark_by_the_system_and_dark_by_choice_are_the_same():
    bodies = {selector.strip(): body.split() for selector, body in RULE.findall(without_comments(TOKENS))}
    assert bodies['html[data-look="auto"]'] == bodies['html[data-look="dark"]']


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_colours_are_named_in_one_place_only(path: Path):
    css = without_comments(path.read_text(encoding="utf-8"))
    if path.name == "tokens.css":
        return
    if path.name == "print.css":  # paper has tokens of its own, in its one :root rule
        css = re.sub(r":root[^{]*\{[^}]*\}", "", css)
    found = [hit for hit in HEX.findall(css) if not re.fullmatch(r"#pattern", hit)]
    assert not found and not re.search(r"\b(rgba?|hsla?)\(", css)


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_every_variable_that_is_used_is_defined(path: Path):
    defined = set(re.findall(r"--([\w-]+):", TOKENS))
    assert set(re.findall(r"var\(--([\w-]+)", path.read_text(encoding="utf-8"))) <= defined


def test_letter_sizes_are_variables():
    for path in STATIC.glob("*.css"):
        if path.name not in {"tokens.css", "print.css"}:
            assert not re.findall(
                r"font-size:\s*[\d.]+p[xt]|font:\s*\w+ \d+px", path.read_text(encoding="utf-8")
            ), path.name


def test_styles_and_scripts_stay_light():
    assert sum(path.stat().st_size for path in STATIC.glob("*.css")) <= 80 * 1024
    assert sum(path.stat().st_size for path in STATIC.glob("*.js")) <= 120 * 1024


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_scripts_evaluate_no_text_and_write_no_markup(path: Path):
    script = path.read_text(encoding="utf-8")
    assert not re.search(
        r"\beval\(|new Function|innerHTML|outerHTML|document\.write|setAttribute\(\"(style|on)", script
    )
    assert "http://" not in script.replace("http://www.w3.org/2000/svg", "")
