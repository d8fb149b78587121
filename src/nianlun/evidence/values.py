"""What a claim's text must look like, by its kind. No database, no clock."""

from collections.abc import Mapping
from datetime import date

from nianlun.archives.domain import DocumentKind
from nianlun.evidence.domain import Kind
from nianlun.kernel.dates import NotADate, parse_partial_date
from nianlun.kernel.identity import IdentityNumber, NotAnIdentityNumber, from15

LONGEST = 300


class NotAValue(ValueError):
    """The text is not a value of its kind; the message says what is wrong and what is expected, in Chinese."""


def read_value(text: str, *, kind: Kind) -> str:
    """The normal form of a claim's text; raises `NotAValue`."""
    text = text.strip()
    if not text:
        raise NotAValue(f"{kind.label}不能为空。看不清请选“看不清”。")
    if len(text) > LONGEST:
        raise NotAValue(f"{kind.label}最多 {LONGEST} 个字，现在是 {len(text)} 个。")
    if kind.is_date:
        try:
            return parse_partial_date(text).text
        except NotADate as reason:
            raise NotAValue(str(reason)) from reason
    if kind is Kind.SEX and text not in ("男", "女"):
        raise NotAValue("性别应写“男”或“女”。")
    if kind is Kind.IDENTITY_NUMBER:
        return _identity_number(text)
    if kind is Kind.DOCUMENT_KIND:
        return _document_kind(text)
    return text


def dates_of(value: str, *, kind: Kind) -> tuple[date | None, date | None]:
    """First and last possible day of a date claim; (None, None) for other kinds and for unreadable text."""
    if not kind.is_date or not value:
        return None, None
    try:
        partial = parse_partial_date(value)
    except NotADate as reason:
        raise NotAValue(str(reason)) from reason
    return partial.earliest, partial.latest


def unit_of(settled: Mapping[Kind, str]) -> str | None:
    """The unit a paper names, which serves as its creator (责任者) until an archivist says otherwise."""
    return settled.get(Kind.UNIT)


def _identity_number(text: str) -> str:
    try:
        plain = "".join(text.split())
        return from15(plain).text if len(plain) == 15 else IdentityNumber.parse(plain).text
    except NotAnIdentityNumber as reason:
        raise NotAValue(str(reason)) from reason


def _document_kind(text: str) -> str:
    for kind in DocumentKind:
        if text in (kind.value, kind.label, *kind.about.titles):
            return kind.value
    raise NotAValue(f"没有“{text}”这种材料，请从列表里选。")
