"""A question about a person's benefit: as it stands, and as somebody supposes; and the papers that may be supposed."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils import timezone

from nianlun.access.domain import Viewer
from nianlun.entitlements.benefit import BenefitView, benefit_view
from nianlun.entitlements.gathering import Working, gather
from nianlun.entitlements.wish import Wish
from nianlun.evidence.domain import Kind
from nianlun.evidence.queries import ClaimLine
from nianlun.kernel.months import show_month
from nianlun.lawbook import queries as lawbook
from nianlun.registry import queries as registry

NOTHING = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A working life and its benefit under one edition of the law, on the day of the question."""

    working: Working
    view: BenefitView
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One line of now beside supposed; `difference` in yuan a month, None where it is no amount."""

    label: str
    now: str
    supposed: str
    difference: Decimal | None = None

    @property
    def differs(self) -> bool:
        return self.now != self.supposed


def answered(viewer: Viewer, person_id: UUID, *, wish: Wish, at: datetime) -> Answered:
    """The benefit under the edition in force at that instant. Raises `NotVisible` for a person out of sight."""
    person = registry.person(viewer, person_id)
    book = lawbook.current(at)
    working = gather(person, on=timezone.localdate(at), deep=True, book=book, wish=wish)
    return Answered(working=working, view=benefit_view(working, book=book, wish=wish), edition=book.digest)


def believable(working: Working) -> list[ClaimLine]:
    """What papers say of the work start and nobody has ruled for: lost or not yet settled, each value once.

    Deemed months begin with the work start, so these are the papers that another ruling could rest on.
    """
    fact = working.facts.get(Kind.WORK_START)
    held = fact.value if fact else None
    said = [c for c in working.claims if c.kind is Kind.WORK_START and c.earliest and c.value != held]
    return list({claim.value: claim for claim in reversed(said)}.values())[::-1]


def compared(now: BenefitView, supposed: BenefitView) -> list[Compared]:
    """Both answers side by side; where one of them has no amount, only what both have."""
    one, other = now.assessment, supposed.assessment
    lines = [Compared(label="领取的第一个月", now=_month(now), supposed=_month(supposed))]
    if one is None or other is None:
        return lines
    labels = dict(one.labels) | dict(other.labels)
    names = dict.fromkeys([*one.figures, *other.figures])
    lines += [
        Compared(
            label=labels.get(name, name),
            now=one.figures.get(name, NOTHING),
            supposed=other.figures.get(name, NOTHING),
        )
        for name in names
    ]
    for name in dict.fromkeys([*one.amounts, *other.amounts]):
        lines.append(_amount(labels.get(name, name), one.amounts.get(name), other.amounts.get(name)))
    if one.total is not None and other.total is not None:
        lines.append(_amount("合计", one.total, other.total))
    return lines


def missing_in_words(view: BenefitView) -> list[str]:
    """What is missing, without the names that only a case file knows."""
    return [one for one in view.missing if not one.isascii()]


def _amount(label: str, now: Decimal | None, supposed: Decimal | None) -> Compared:
    return Compared(
        label=label,
        now=NOTHING if now is None else f"{now:,.2f}",
        supposed=NOTHING if supposed is None else f"{supposed:,.2f}",
        difference=(supposed or Decimal(0)) - (now or Decimal(0)),
    )


def _month(view: BenefitView) -> str:
    return NOTHING if view.month is None else show_month(view.month)
