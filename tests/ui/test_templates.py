"""Templates of the whole project: they compile, they draw, and a strict content security policy holds."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.test import RequestFactory
from jinja2 import Environment, UndefinedError

from nianlun import ui
from nianlun.ui import looks, pages, styleguide
from nianlun.ui.templating import template_folders

ROOT = Path(ui.__file__).parents[1]
TEMPLATES = sorted(ROOT.glob("*/templates/**/*.html"))
STRICT = re.compile(
    r"<style[\s>]|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:|\|\s*safe\b|<script(?![^>]*\ssrc=)",
    re.IGNORECASE,
)


def names() -> Iterator[str]:
    for folder in template_folders():
        for path in sorted(folder.glob("**/*.html")):
            yield path.relative_to(folder).as_posix()


@pytest.fixture
def environment() -> Environment:
    engine = engines["jinja2"]
    assert isinstance(engine, Jinja2)
    return engine.env


def get(path: str = "/", look: str = "") -> object:
    request = RequestFactory().get(path)
    if look:
        request.COOKIES[looks.COOKIE] = look
    request._messages = []  # type: ignore[attr-defined]  # no middleware here
    return request


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_no_template_carries_a_style_or_a_script_of_its_own(path: Path):
    found = STRICT.search(path.read_text(encoding="utf-8"))
    assert not found, f"{path.name}: {found and found[0]!r}"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: "/".join(path.parts[-2:]))
def test_no_template_names_a_colour_or_another_site(path: Path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(fill|stroke)=\"#[0-9a-f]{3,8}\"", text, re.IGNORECASE)
    assert not re.search(r"(src|href)=\"(https?:)?//", text)


def test_every_template_compiles(environment: Environment):
    for name in names():
        environment.get_template(name)


def test_a_forgotten_name_is_an_error(environment: Environment):
    with pytest.raises(UndefinedError):
        environment.from_string("{{ forgotten }}").render()


@pytest.mark.parametrize("look", ["auto", "elder", "dark"])
@pytest.mark.parametrize("part", styleguide.PARTS)
def test_every_sample_page_draws(part: str, look: str):
    answer = pages.show_styleguide(get(f"/styleguide/?part={part}", look))  # type: ignore[arg-type]
    text = answer.content.decode()
    assert f'data-look="{look}"' in text
    assert not STRICT.search(text)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500", "503"])
def test_pages_of_errors_draw_with_and_without_a_request(name: str):
    template = engines["jinja2"].get_template(f"{name}.html")
    bare, asked = template.render(), template.render({}, get())  # type: ignore[arg-type]
    assert "回到首页" in bare and "回到首页" in asked
    assert "！" not in bare and "Traceback" not in bare


def test_ids_are_unique_and_labels_find_their_fields():
    for part in styleguide.PARTS:
        text = pages.show_styleguide(get(f"/styleguide/?part={part}")).content.decode()  # type: ignore[arg-type]
        outline = Outline(text)
        assert len(outline.ids) == len(set(outline.ids)), part
        assert set(outline.pointed) <= set(outline.ids), part
        assert outline.nameless == [], part


class Outline(HTMLParser):
    """Ids, what points at them, and drawings or pictures without a name."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.pointed: list[str] = []
        self.nameless: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        values = dict(attributes)
        if found := values.get("id"):
            self.ids.append(found)
        for name in ("for", "aria-describedby", "aria-labelledby"):
            self.pointed.extend((values.get(name) or "").split())
        if tag == "svg" and values.get("aria-hidden") != "true" and not values.get("aria-label"):
            self.nameless.append(str(attributes))
        if tag == "img" and "alt" not in values:
            self.nameless.append(str(attributes))


def test_the_shell_works_without_scripts():
    text = pages.show_styleguide(get("/styleguide/?part=person")).content.decode()  # type: ignore[arg-type]
    assert re.search(r'<form class="find" role="search" method="post" action="/find/">', text)
    assert re.search(r'<form class="look" method="post" action="/look/">', text)
    assert 'href="#main"' in text and 'id="main"' in text


@pytest.mark.parametrize("chosen", [*looks.LOOKS, "neon"])
def test_a_look_is_kept_only_when_there_is_such_a_look(chosen: str):
    answer = pages.choose_look(RequestFactory().post("/look/", {"look": chosen, "next": "/people/"}))
    assert answer["Location"] == "/people/"
    assert (looks.COOKIE in answer.cookies) == (chosen in looks.LOOKS)


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_choosing_a_look_leads_to_no_other_site(back: str):
    assert (
        pages.choose_look(RequestFactory().post("/look/", {"look": "dark", "next": back}))["Location"]
        == "/"
    )
