"""Reading careers, retirement and the reasons behind them. Nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from nianlun.access.domain import Viewer
from nianlun.entitlements import figures
from nianlun.entitlements.domain.retirement import RetirementView
from nianlun.entitlements.explain import fact_node
from nianlun.entitlements.figures import PersonFigures as PersonFigures
from nianlun.entitlements.gathering import Working, gather
from nianlun.entitlements.models import CareerLine
from nianlun.evidence.domain import Kind
from nianlun.lawbook import queries as lawbook
from nianlun.policy.derivation import Node
from nianlun.registry import queries as registry
from nianlun.registry.domain import PersonLine


class NoSuchFigure(LookupError):
    """There is no figure of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CareerView:
    """The stored career of a person; months as integers, one character a month."""

    person_id: UUID
    first_month: int
    states: str
    kinds: str
    counts: dict[str, int]
    contribution_months: int
    deemed_months: int
    statutory_month: int | None
    as_of: date
    computed_at: datetime


def working_life(viewer: Viewer, person_id: UUID, *, on: date, deep: bool = False) -> Working:
    """Everything known of a working life on a day. Raises `NotVisible` for a person out of sight.

    `deep` also explains the paid months posting by posting.
    """
    return gather(registry.person(viewer, person_id), on=on, deep=deep, book=lawbook.current())


def person_figures(viewer: Viewer, person_id: UUID, *, on: date) -> PersonFigures:
    """What the person page draws. Raises `NotVisible`. The number of queries does not grow with the career."""
    return figures.person_figures(working_life(viewer, person_id, on=on))


def figures_of(person: PersonLine, *, on: date) -> PersonFigures:
    """The same of a person whom the caller may see by another way than a viewer's scope."""
    return figures.person_figures(gather(person, on=on, book=lawbook.current()))


def retirement(person: PersonLine, *, on: date) -> RetirementView:
    """When a person whom the caller may see may retire, and whether enough is paid."""
    return gather(person, on=on, deep=True, book=lawbook.current()).retirement


def derivation(viewer: Viewer, person_id: UUID, name: str, *, on: date) -> Node:
    """The tree behind a figure: "birth_date", "work_start", "contribution_months", "retirement", or a node below.

    Raises `NotVisible` for a person out of sight and `NoSuchFigure` for another name.
    """
    return tree_of(working_life(viewer, person_id, on=on, deep=True), name)


def tree_of(working: Working, name: str) -> Node:
    """The tree behind a figure of a working life already gathered. Raises `NoSuchFigure`."""
    if name == Kind.BIRTH_DATE.value:
        return working.birth
    if name == Kind.WORK_START.value:
        return fact_node(Kind.WORK_START, fact=working.facts.get(Kind.WORK_START), claims=working.claims)
    if name == "contribution_months":
        return working.contribution
    try:
        return working.retirement.derivation.find(name)
    except KeyError:
        raise NoSuchFigure(name) from None


def career(viewer: Viewer, person_id: UUID) -> CareerView | None:
    """The stored career, or None where none has been computed yet. Raises `NotVisible`."""
    person = registry.person(viewer, person_id)
    return careers([person.id]).get(person.id)


def careers(person_ids: Iterable[UUID]) -> dict[UUID, CareerView]:
    """The stored careers of persons whom the caller may see, in one query."""
    return {row.person_id: _view(row) for row in CareerLine.objects.filter(person_id__in=set(person_ids))}


def _view(row: CareerLine) -> CareerView:
    return CareerView(
        person_id=row.person_id,
        first_month=row.first_month,
        states=row.states,
        kinds=row.kinds,
        counts={
            name: getattr(row, name) for name in ("proved", "recorded", "single", "contradictory", "gap")
        },
        contribution_months=row.contribution_months,
        deemed_months=row.deemed_months,
        statutory_month=row.statutory_month,
        as_of=row.as_of,
        computed_at=row.computed_at,
    )
