"""What an employer may know: who is employed there now, and the months it paid for them itself (S2.7)."""

from uuid import UUID

from django.db.models import Exists, Max, OuterRef, QuerySet

from nianlun.contributions import domain, queries
from nianlun.contributions.domain import EMPLOYEE_SCHEMES, PaidMonth
from nianlun.contributions.models import Posting


def employed_now(employer_id: UUID, *, this_month: int, person_id: UUID | None = None) -> set[UUID]:
    """The persons employed with this employer now, as far as contributions tell; of one person if one is named."""
    rows = _standing().filter(month__gte=this_month - domain.BOOKED_LATE)
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    own = _last_months(rows.filter(employer_id=employer_id))
    others = _last_months(rows.filter(person_id__in=own).exclude(employer_id=employer_id))
    return {
        each
        for each, last in own.items()
        if domain.is_employed(last, others.get(each), this_month=this_month)
    }


def months_paid_by(employer_id: UUID, *, person_id: UUID) -> list[PaidMonth]:
    """The months this employer paid for a person, and no others; oldest first."""
    return domain.paid_months(queries.postings(person_id, employer_id=employer_id))


def _standing() -> QuerySet[Posting]:
    reversals = Posting.objects.filter(reverses_id=OuterRef("pk"))
    schemes = [scheme.value for scheme in EMPLOYEE_SCHEMES]
    rows = Posting.objects.filter(reverses=None, scheme__in=schemes)
    return rows.filter(~Exists(reversals))


def _last_months(rows: QuerySet[Posting]) -> dict[UUID, int]:
    return dict(rows.order_by().values_list("person_id").annotate(last=Max("month")))
