"""What the contribution record can say of an application that names months."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from nianlun.cases.checks import pre_check
from nianlun.cases.domain.facts import CaseFacts
from nianlun.cases.domain.findings import Finding
from nianlun.contributions import domain, queries
from nianlun.kernel.months import Month, month_of, parse_month, show_month

MOST_NAMED = 3
"""Months that a sentence names before it only counts."""


@pre_check("contributions.months_free")
def months_free(case: CaseFacts, *, on: date) -> list[Finding]:
    """Months to be paid for belatedly that are paid already, or not over yet."""
    months = _months(case)
    if case.person_id is None or months is None:
        return []
    if not months:
        return [_ENDS_TOO_EARLY]
    if months[-1] >= month_of(on):
        return [Finding.stop(f"{show_month(months[-1])} 还没有过完，不是补缴。请核对起止年月。")]
    twice = sorted(set(months) & _paid(case.person_id))
    if not twice:
        return []
    return [Finding.stop(f"{_named(twice)}已有缴费记录，不能重复补缴。请核对起止年月。")]


@pre_check("contributions.months_paid")
def months_paid(case: CaseFacts, *, on: date) -> list[Finding]:
    """Months whose contribution is to be given back although none is on record."""
    months = _months(case)
    if case.person_id is None or months is None:
        return []
    if not months:
        return [_ENDS_TOO_EARLY]
    lacking = sorted(set(months) - {one.month for one in queries.paid_months(case.person_id)})
    if not lacking:
        return []
    return [Finding.stop(f"{_named(lacking)}没有缴费记录，没有可退的费用。请核对起止年月。")]


@pre_check("contributions.has_months")
def has_months(case: CaseFacts, *, on: date) -> list[Finding]:
    """A relation that is to move away has no contributions here."""
    if case.person_id is None or queries.paid_months(case.person_id):
        return []
    return [Finding.look("这里没有这个人的缴费记录。请核对是不是在本地参保，记录是否齐全。")]


_ENDS_TOO_EARLY = Finding.stop("止的年月早于起的年月。请改正。")


def _months(case: CaseFacts) -> range | None:
    """The months the application names, both ends included; None where it does not name both."""
    since, until = (case.details.get(name, "") for name in ("since_month", "until_month"))
    return range(parse_month(since), parse_month(until) + 1) if since and until else None


def _paid(person_id: UUID) -> frozenset[Month]:
    return domain.employee_months(queries.paid_months(person_id))


def _named(months: Iterable[Month]) -> str:
    shown = [show_month(one) for one in months]
    return f"{'、'.join(shown[:MOST_NAMED])} {f'等 {len(shown)} 个月' if len(shown) > MOST_NAMED else ''}"
