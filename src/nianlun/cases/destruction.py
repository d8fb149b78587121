"""What a case has to say before its papers are destroyed: never while it is open, or ended and not filed."""

from contextlib import suppress
from datetime import date
from uuid import UUID

from nianlun.access.domain import NotVisible, Viewer, covers
from nianlun.cases.domain.flow import State
from nianlun.cases.models import OBJECTS, Case
from nianlun.vault.destruction_rules import refuses_destruction


@refuses_destruction
def until_filed(object_id: str, *, by: Viewer, on: date) -> str:
    """A case is filed before anything of it may go; from then on the term of its item counts."""
    row = None
    with suppress(ValueError):  # an object of another kind
        row = Case.objects.filter(item_id=UUID(object_id.removeprefix(OBJECTS))).first()
    if row is None:
        return ""
    if not covers(by.scope, division=row.division):
        raise NotVisible
    if row.state != State.FILED.value:
        return f"业务 {row.number} 还没有归档，它的材料不能销毁。"
    return ""
