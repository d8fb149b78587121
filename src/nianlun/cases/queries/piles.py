"""What waits for whom: the piles of the worklist."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import F, Q, QuerySet

from nianlun.access.domain import Right, Viewer
from nianlun.cases import calendars
from nianlun.cases.domain import clock
from nianlun.cases.domain.calendar import CalendarMissing
from nianlun.cases.domain.flow import OPEN, PAUSED, State
from nianlun.cases.models import Case
from nianlun.cases.queries.lines import CaseLine, case_line
from nianlun.cases.queries.sight import in_scope
from nianlun.registry import queries as registry


class Pile(StrEnum):
    """The piles of the worklist."""

    MINE = "mine"
    POOL = "pool"
    TODAY = "today"
    OVERDUE = "overdue"
    PAUSED = "paused"
    ALL = "all"

    @property
    def label(self) -> str:
        """What stands on the tab."""
        return {
            Pile.MINE: "我领取的",
            Pile.POOL: "待领取",
            Pile.TODAY: "三个工作日内到期",
            Pile.OVERDUE: "已超期",
            Pile.PAUSED: "停办的",
            Pile.ALL: "全部在办",
        }[self]


def worklist(
    viewer: Viewer,
    pile: Pile,
    *,
    on: date,
    states: tuple[State, ...] = (),
    type_code: str = "",
    after: tuple[date | None, UUID] | None = None,
    limit: int = 50,
) -> list[CaseLine]:
    """The cases of a pile that the viewer can do something about, the most urgent first, from the one after `after`.

    Cases without a due day come last. `states` narrows to some of those that are the viewer's to work on.
    """
    rows = _pile(viewer, pile, on=on, states=states)
    if type_code:
        rows = rows.filter(type=type_code)
    if after is not None:
        due, last = after
        later = Q(due_on__isnull=True, pk__gt=last)
        rows = rows.filter(
            later if due is None else Q(due_on__gt=due) | Q(due_on=due, pk__gt=last) | Q(due_on=None)
        )
    rows = rows.select_related("holder").order_by(F("due_on").asc(nulls_last=True), "pk")
    return [case_line(row) for row in rows[:limit]]


def pile_counts(viewer: Viewer, *, on: date, up_to: int = 1000) -> dict[Pile, int]:
    """How many cases each pile holds, `up_to` at most: a count over a thousand is shown as 1000+."""
    return {pile: _pile(viewer, pile, on=on)[:up_to].count() for pile in Pile}


def waiting_for(viewer: Viewer, *, up_to: int = 1000) -> int:
    """How many cases wait at a step the viewer can take, for the navigation."""
    states = states_for(viewer)
    rows = in_scope(viewer).filter(state__in=[state.value for state in states if state not in PAUSED])
    mine = rows.filter(Q(holder__isnull=True) | Q(holder_id=viewer.account_id))
    return mine[:up_to].count() if states else 0


def states_for(viewer: Viewer) -> tuple[State, ...]:
    """The states of cases that the viewer's posts have something to do in; a suspended case counts by its `turn`."""
    wanted = {
        Right.CASE_ACCEPT: (State.RECEIVED, State.SUPPLEMENT),
        Right.CASE_REVIEW: (State.FIRST_REVIEW,),
        Right.CASE_CONFIRM: (State.SECOND_REVIEW, State.REJECTING, State.WITHDRAWING),
        Right.CASE_APPROVE: (State.APPROVAL,),
        Right.CASE_PAY: (State.PAYMENT,),
    }
    found = {state for right, states in wanted.items() if viewer.may(right) for state in states}
    return tuple(state for state in OPEN if state in found)


def in_hand(viewer: Viewer, person_id: UUID) -> str | None:
    """The number of an open case about the person that the viewer has taken: a purpose for opening the file (S3.1).

    One that merely waits in the pool is none: anybody could look at anybody by it; nor is one about the viewer's own
    person or kin, whoever took it before that was declared.
    """
    if person_id in registry.persons_close_to(viewer.account_id):
        return None
    turn = turns(states_for(viewer))
    mine = in_scope(viewer).filter(turn, person_id=person_id, holder_id=viewer.account_id)
    return mine.order_by("due_on", "pk").values_list("number", flat=True).first()


def turns(states: Iterable[State]) -> Q:
    """The cases that wait in one of these states, or are suspended and go on in one."""
    values = [state.value for state in states]
    return Q(state__in=values) | Q(state=State.SUSPENDED.value, resumes__in=values)


def _pile(viewer: Viewer, pile: Pile, *, on: date, states: tuple[State, ...] = ()) -> QuerySet[Case]:
    rows = in_scope(viewer).filter(turns(states_for(viewer)))
    if states:
        rows = rows.filter(turns(states))
    match pile:
        case Pile.MINE:
            return rows.filter(holder_id=viewer.account_id)
        case Pile.POOL:
            return rows.filter(holder__isnull=True).exclude(state__in=[state.value for state in PAUSED])
        case Pile.TODAY:
            return rows.filter(due_on__gte=on, due_on__lte=_soon(on))
        case Pile.OVERDUE:
            return rows.filter(due_on__lt=on)
        case Pile.PAUSED:
            return rows.filter(state__in=[state.value for state in PAUSED])
        case Pile.ALL:
            return rows


def _soon(on: date) -> date:
    """The last due day that counts as soon, as beside the case; by the week's days where the year has no calendar."""
    try:
        return calendars.calendar().add_working_days(on, clock.SOON)
    except CalendarMissing:
        return on + timedelta(days=clock.SOON)
