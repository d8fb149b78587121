"""Links lead somewhere, and nothing of the machine the documents were written on is in them."""

import re
from pathlib import Path

import pytest
from tests.docs.blocks import ROOT, documents

FORBIDDEN = re.compile(
    r"/w[o]rk/|/root/|/home/\w|/tmp/bash|p[y]pi\.org|pyth[o]nhosted|proxy\.golang|n[p]mjs|mirrors?\.\w+\.\w+|localhost:\d{4,5}"
)
ALL = pytest.mark.parametrize("document", documents(), ids=lambda d: str(d.relative_to(ROOT)))


def anchors(document: Path) -> set[str]:
    """The headings of a document as their links name them."""
    found = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in found}


@ALL
def test_relative_links_lead_to_something(document: Path):
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (document.parent / path) if path else document
        assert place.exists(), target
        if anchor:
            assert anchor in anchors(place), target


@ALL
def test_no_path_of_a_machine_and_no_registry_is_named(document: Path):
    text = document.read_text(encoding="utf-8")
    assert [found.group() for found in FORBIDDEN.finditer(text)] == []


@pytest.fixture(scope="module")
def interface() -> str:
    """Everything the system can say."""
    files = [path for path in (ROOT / "src").rglob("*") if path.suffix in {".py", ".html", ".js"}]
    files += (ROOT / "src" / "nianlun" / "cases" / "types").glob(
        "*.toml"
    )  # their labels stand in the forms
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(files))


def test_words_in_quotation_marks_are_words_of_the_interface(interface: str):
    """“…” in a lesson is what the reader looks for on the screen; figures vary and are left out."""
    lessons = [*(ROOT / "docs" / "tutorial").glob("*.md"), *(ROOT / "docs" / "how-to").glob("*.md")]
    quoted = {
        words for path in lessons for words in re.findall(r"“([^”\d]+)”", path.read_text(encoding="utf-8"))
    }
    assert len(quoted) > 20
    assert sorted(words for words in quoted if words not in interface) == []
