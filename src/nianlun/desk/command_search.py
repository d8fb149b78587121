"""Search results as plain rows, for the command line; journaled like those of the page."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from nianlun.access import queries as access
from nianlun.desk.find import Found, find
from nianlun.desk.ingest import everywhere
from nianlun.desk.seeing import SEARCHED
from nianlun.journal import operations as journal


@transaction.atomic
def search(text: str, *, account: str) -> dict[str, list[dict[str, str]]]:
    """Search as an account sees it, or as the operator; identity numbers come masked. Raises `NotVisible`."""
    who = access.viewer_named(account) if account else everywhere()
    found = find(who, text)
    journal.record(
        SEARCHED,
        by=who if account else None,
        about="desk.search",
        rows=found.rows,
        details={},
        at=timezone.now(),
    )
    return {
        "persons": [
            {
                "id": str(p.id),
                "name": p.name,
                "identity_number": p.masked_identity_number,
                "agency": p.agency_name,
            }
            for p in found.persons
        ],
        "items": [
            {"id": str(i.id), "code": i.code, "title": i.title, "person": _owner(found, i.person_id)}
            for i in found.items
        ],
        "pages": [
            {
                "item": str(hit.item_id),
                "code": found.text_items[hit.item_id].code,
                "person": _owner(found, found.text_items[hit.item_id].person_id),
                "excerpt": hit.excerpt,
            }
            for hit in found.texts
        ],
        "employers": [
            {"id": str(e.id), "name": e.name, "credit_code": e.credit_code} for e in found.employers
        ],
    }


def _owner(found: Found, person_id: UUID | None) -> str:
    return found.names.get(person_id, "") if person_id else ""
