"""Small readings of cases for the staff's pages: what presses, what the system finds, who was called to speak."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from nianlun.access.domain import NotVisible, Viewer
from nianlun.cases import checks, gathering
from nianlun.cases.domain.findings import Finding
from nianlun.cases.domain.flow import OPEN, Move
from nianlun.cases.models import Action, Case
from nianlun.cases.queries import CaseLine, states_for
from nianlun.cases.queries.lines import case_line
from nianlun.cases.queries.sight import in_scope, visible

NUMBER = re.compile(r"\d{2,12}-\d{4}-\d{6,}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """How many open cases a viewer can work on end their term today, and how many are past it."""

    today: int
    overdue: int


def due(viewer: Viewer, *, on: date, up_to: int = 1000) -> Due:
    """What presses, for the top bar; counted no further than `up_to`."""
    states = [state.value for state in states_for(viewer)]
    rows = in_scope(viewer).filter(state__in=states, due_on__lte=on) if states else Case.objects.none()
    days = list(rows.order_by("-due_on").values_list("due_on", flat=True)[:up_to])
    return Due(today=days.count(on), overdue=len(days) - days.count(on))


def is_number(viewer: Viewer, text: str) -> bool:
    """Whether the text is the whole number of a case that the viewer sees."""
    shaped = NUMBER.fullmatch(text.strip()) is not None
    return shaped and visible(viewer).filter(number=text.strip()).exists()


def findings(viewer: Viewer, case_id: UUID, *, on: date) -> list[Finding]:
    """What the system finds in a case on the day, what stops it first. Raises `NotVisible`."""
    row = visible(viewer).filter(pk=case_id).first()
    if row is None:
        raise NotVisible
    return checks.findings(gathering.facts(row), on=on)


def cases_numbered(viewer: Viewer, numbers: Collection[str]) -> list[CaseLine]:
    """Those of the cases that the viewer sees, by number; for passing several at once."""
    rows = visible(viewer).filter(number__in=numbers).select_related("holder")
    return [case_line(row) for row in rows.order_by("number")]


def hearings_called(viewer: Viewer, *, limit: int = 50) -> list[CaseLine]:
    """Open cases in whose hearing the viewer was asked to speak and has not yet, the oldest first."""
    later = Action.objects.filter(case=OuterRef("case"), number__gt=OuterRef("number"))
    asked = (
        Action.objects.filter(move=Move.HEARING.value, details__members__contains=viewer.account_id)
        .exclude(Exists(later.filter(move=Move.HEARING_CLOSED.value)))
        .exclude(Exists(later.filter(move=Move.OPINION.value, account_id=viewer.account_id)))
    )
    rows = in_scope(viewer).filter(
        state__in=[state.value for state in OPEN], pk__in=asked.values("case_id")
    )
    return [case_line(row) for row in rows.select_related("holder").order_by("state_since", "pk")[:limit]]


def has_handled(viewer: Viewer, case_id: UUID) -> bool:
    """Whether the viewer has had a hand in the case, or was called to its hearing."""
    mine = Q(account_id=viewer.account_id) | Q(
        move=Move.HEARING.value, details__members__contains=viewer.account_id
    )
    return Action.objects.filter(mine, case_id=case_id).exists()
