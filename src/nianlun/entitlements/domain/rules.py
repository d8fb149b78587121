"""What a career asks of the policy tables."""

from datetime import date

from nianlun.kernel.months import parse_month
from nianlun.policy.lawbook import LawBook
from nianlun.policy.tables import Span
from nianlun.registry.domain import Scheme


def account_start(book: LawBook, *, scheme: Scheme, division: str, on: date) -> Span:
    """When accounts began for the scheme in the region of a division code. Raises `NotInForce`."""
    group = "government_institution" if scheme is Scheme.GOVERNMENT_INSTITUTION else "enterprise"
    return book.on("account_start", on, region=(division + "000000")[:6], group=group)


def resident_pension_age(book: LawBook, *, on: date) -> Span:
    """Age and minimum months of the resident scheme, both in months. Raises `NotInForce` before 2009-09."""
    return book.on("resident_pension_age", on)


def start_month(span: Span) -> int:
    """The month that a span of `account_start` states."""
    return parse_month(span.text())
