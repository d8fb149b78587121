"""The inquiry that nobody signs in for: what was typed, whom it names, and what is told of that person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from nianlun.contributions import queries as contributions
from nianlun.entitlements import queries as entitlements
from nianlun.entitlements.figures import RingCell
from nianlun.journal import operations as journal
from nianlun.journal.domain import REFUSED, declare
from nianlun.kernel.identity import IdentityNumber, NotAnIdentityNumber
from nianlun.kernel.months import NotAMonth, parse_month
from nianlun.kernel.names import masked_name
from nianlun.portal import career_parts
from nianlun.portal.career_parts import Gap
from nianlun.registry import inquiry as registry
from nianlun.registry.domain import PersonLine
from nianlun.registry.queries import read_identity_number
from nianlun.ui.widgets.evidence import Evidence
from nianlun.ui.widgets.ring import RingMonth
from nianlun.ui.widgets.years import YearRow, year_rows

ANSWERED = declare("portal.inquiry_answered", "免登录查询缴费，{rows} 个月")
UNANSWERED = declare("portal.inquiry_unanswered", "免登录查询缴费，证件号和姓名没有对上")
PURPOSE = "凭证件号码和姓名查询"
LONGEST_NAME = 50
_EARLIEST, _LATEST = 1951 * 12, 2151 * 12


class DocumentKind(StrEnum):
    """Documents whose numbers are built like an identity number (GB 11643), so that people are registered by them."""

    RESIDENT = "resident"
    HONG_KONG_MACAO_TAIWAN = "hong_kong_macao_taiwan"
    FOREIGNER = "foreigner"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    DocumentKind.RESIDENT: "居民身份证",
    DocumentKind.HONG_KONG_MACAO_TAIWAN: "港澳台居民居住证",
    DocumentKind.FOREIGNER: "外国人永久居留身份证",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A whole question; the months are both meant to be in, None where there is no bound."""

    number: IdentityNumber
    name: str
    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told: sums over the whole career, months and gaps of the time that was asked for."""

    holder: str
    contribution_months: int
    paid_total: Decimal
    months: int
    years: tuple[YearRow, ...]
    gaps: list[Gap]


@dataclass(frozen=True, slots=True)
class _Door:
    """The role of whoever asks here."""

    value: str = "public"
    label: str = "免登录查询"


@dataclass(frozen=True, slots=True)
class _Asker:
    """Whoever asks: nobody we know. The scope is that of the person asked about, so that its auditor sees it."""

    scope: str
    account_id: None = None
    role: _Door = _Door()
    name: str = ""
    agency_name: str = "公众查询"


def read(form: Mapping[str, str]) -> tuple[Asked | None, list[tuple[str, str]]]:
    """The question of a form, or what is wrong with which field. Looks nothing up."""
    faults: list[tuple[str, str]] = []
    number = _number(form, faults)
    name = " ".join(form.get("name", "").replace("\x00", "").split())
    if not 0 < len(name) <= LONGEST_NAME:
        faults.append(("name", f"请填写姓名，与证件上的一致，最多 {LONGEST_NAME} 个字。"))
    first, last = (_month(form, field, faults) for field in ("since", "until"))
    if first is not None and last is not None and last < first:
        faults.append(("until", "止月早于起月。请核对。"))
    if faults or number is None:
        return None, faults
    return Asked(number=number, name=name, first=first, last=last), []


@transaction.atomic
def answer(asked: Asked, *, at: datetime) -> Told | None:
    """What is told, journaled for the person to see; None where number and name name nobody, whichever is wrong."""
    found = registry.named(asked.number, name=asked.name)
    if found.person is None:
        journal.record(UNANSWERED, by=None, person_id=found.other, purpose=PURPOSE, outcome=REFUSED, at=at)
        return None
    told = _told(found.person, asked, at=at)
    journal.record(
        ANSWERED,
        by=_Asker(scope=found.person.division),
        about="registry.person",
        about_id=str(found.person.id),
        person_id=found.person.id,
        purpose=PURPOSE,
        rows=told.months,
        at=at,
    )
    return told


def _told(person: PersonLine, asked: Asked, *, at: datetime) -> Told:
    figures = entitlements.figures_of(person, on=timezone.localdate(at))
    cells = _within(figures.ring, asked)
    rows = contributions.year_rows(person.id)
    # The state alone, not the reason: whose unit paid is nobody's business who knows a number and a name.
    shown = [RingMonth(month=c.month, state=c.state, label=Evidence(c.state).label) for c in cells]
    return Told(
        holder=masked_name(person.name),
        contribution_months=figures.career.contribution_months,
        paid_total=sum((row.personal for row in rows), Decimal(0)),
        months=sum(cell.state != Evidence.GAP for cell in cells),
        years=year_rows(shown, paid={}),
        gaps=career_parts.longest_gaps(cells),
    )


def _within(cells: Sequence[RingCell], asked: Asked) -> list[RingCell]:
    return [
        cell
        for cell in cells
        if (asked.first is None or asked.first <= cell.month)
        and (asked.last is None or cell.month <= asked.last)
    ]


def kind_of(number: IdentityNumber) -> DocumentKind:
    """Which document a number stands on: 81 to 83 for Hong Kong, Macao and Taiwan, 9 for foreigners."""
    if number.text.startswith(("81", "82", "83")):
        return DocumentKind.HONG_KONG_MACAO_TAIWAN
    return DocumentKind.FOREIGNER if number.text.startswith("9") else DocumentKind.RESIDENT


def _number(form: Mapping[str, str], faults: list[tuple[str, str]]) -> IdentityNumber | None:
    kind = form.get("kind", "")
    if kind not in set(DocumentKind):
        faults.append(("kind", "请选择证件类型。"))
    try:
        number = read_identity_number(form.get("number", "")[:40])
    except NotAnIdentityNumber as reason:
        faults.append(("number", str(reason)))
        return None
    if kind in set(DocumentKind) and kind_of(number) != kind:
        faults.append(("kind", f"这个号码是{kind_of(number).label}的号码。请核对证件类型。"))
    return number


def _month(form: Mapping[str, str], field: str, faults: list[tuple[str, str]]) -> int | None:
    text = form.get(field, "").strip()[:20]
    if not text:
        return None
    try:
        month = parse_month(text)
    except NotAMonth as reason:
        faults.append((field, str(reason)))
        return None
    if not _EARLIEST <= month < _LATEST:
        faults.append((field, f"年份应在 {_EARLIEST // 12} 到 {_LATEST // 12 - 1} 之间。"))
        return None
    return month
