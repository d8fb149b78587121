"""What all pages of the library put round what they show."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from nianlun.access.gate import shell_context
from nianlun.lawbook.domain import entries
from nianlun.policy import table_words as words
from nianlun.policy.lawbook import LawBook
from nianlun.policy.provinces import PROVINCES
from nianlun.policy.tables import NATION
from nianlun.policy.value_words import value_words
from nianlun.ui.shell import Crumb
from nianlun.ui.widgets.confidence import mark

ROOT = Crumb(label="政策库", url="/policy/")
DRAFTS = Crumb(label="修订草案", url="/policy/drafts/")
ON_A_PAGE = 50
_CODE = re.compile(r"[0-9]{6}")
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Slice(Generic[Row]):
    """One page of a list, and how to get to the others."""

    rows: Sequence[Row]
    number: int
    last: int
    total: int
    link: Callable[[int], str]


def answer(
    request: HttpRequest, template: str, *, crumbs: Sequence[Crumb], status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the library inside its frame."""
    today = timezone.localdate()
    frame = {
        **shell_context(request),
        "crumbs": crumbs,
        "mark": mark,
        "value_words": value_words,
        "unit_word": words.unit,
        "key_word": words.keyed_by,
        "group_word": words.group,
        "region_word": lambda code: words.region(code, on=today),
    }
    return render(request, template, {**frame, **context}, status=status)


def sliced(request: HttpRequest, rows: Sequence[Row]) -> Slice[Row]:
    """The page of the rows that `?page=` asks for; a number that is none is the first."""
    last = max(1, -(-len(rows) // ON_A_PAGE))
    asked = request.GET.get("page", "1")
    number = min(max(int(asked), 1), last) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
    others = {name: value for name, value in request.GET.items() if name != "page"}
    return Slice(
        rows=rows[(number - 1) * ON_A_PAGE : number * ON_A_PAGE],
        number=number,
        last=last,
        total=len(rows),
        link=lambda page: "?" + urlencode({**others, "page": page}),
    )


def asked_day(text: str) -> tuple[date, str]:
    """The day that a form names, today where it names none, and a sentence where it is no day."""
    today = timezone.localdate()
    if not text:
        return today, ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today, f"日期应写成 2026-01-31 的样子，现在是“{text[:20]}”。下面列的是今天的。"
    if not 1900 <= day.year <= 2200:
        return today, f"日期 {day} 不在 1900 到 2200 年之间。下面列的是今天的。"
    return day, ""


def region_choices(book: LawBook, *, also: str = "") -> list[tuple[str, str]]:
    """The regions a reader may choose: the nation, the provinces, and narrower ones that some table names.

    `also` is a code asked for by hand; it counts where it lies in a province.
    """
    today = timezone.localdate()
    named = {one.region for table in book.tables.values() for one in entries(table)}
    if _CODE.fullmatch(also) and f"{also[:2]}0000" in PROVINCES.values():
        named.add(also)
    codes = sorted({*PROVINCES.values(), *named} - {""})
    return [("", "全国"), *((code, f"{words.region(code, on=today)} {code}") for code in codes)]


def folders(book: LawBook) -> list[str]:
    """The folders of an edition, the nation's first."""
    found = {path.partition("/")[0] for path in book.files}
    return sorted(found, key=lambda name: (name != NATION, name))
