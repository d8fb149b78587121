"""Cases and what belongs to them, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import Move, Outcome, State, turn_of
from nianlun.cases.domain.types import CaseType, Origin, Step
from nianlun.cases.models import Action, Case, Material, Slip


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One case as lists show it. `due_on` is None without a term and while the clock stands."""

    id: UUID
    number: str
    type_code: str
    title: str
    state: State
    outcome: Outcome | None
    origin: Origin
    high_risk: bool
    version: int
    holder_id: int | None
    holder_name: str
    received_at: datetime
    accepted_at: datetime | None
    due_on: date | None
    state_since: datetime
    granted: bool
    concluded_at: datetime | None
    division: str
    person_id: UUID | None
    employer_id: UUID | None
    resumes: State | None

    @property
    def turn(self) -> State:
        """The state whose post has to act; where a suspended case is to go on."""
        return turn_of(self.state, self.resumes)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLine:
    """One move as the history shows it."""

    id: int
    number: int
    move: Move
    state: State | None
    led_to: State
    account_id: int | None
    actor_name: str
    actor_role: str
    text: str
    details: Mapping[str, object]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialLine:
    """One paper that was shown; `stands` is false for one that a later took the place of."""

    id: int
    requirement: str
    how: How
    file_name: str
    shown_name: str
    media_type: str
    page_count: int
    sha512: str
    promised_until: date | None
    note: str
    by_name: str
    at: datetime
    stands: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipLine:
    """One paper the agency gave out."""

    id: UUID
    kind: str
    number: str
    file_name: str
    page_count: int
    issued_at: datetime
    issued_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseLine:
    """A time the clock stood still; `until` is None while it does."""

    since: date
    until: date | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case in full."""

    line: CaseLine
    type: CaseType
    agency_id: UUID
    details: Mapping[str, str]
    limit_days: int | None
    effect_said: str
    item_id: UUID
    filed_at: datetime | None
    corrects: CaseLine | None
    corrected_by: tuple[CaseLine, ...]
    actions: tuple[ActionLine, ...]
    materials: tuple[MaterialLine, ...]
    pauses: tuple[PauseLine, ...]
    slips: tuple[SlipLine, ...]
    duties: Mapping[Step, int]


def case_line(row: Case) -> CaseLine:
    """One case as lists show it; its holder is best fetched along."""
    return CaseLine(
        id=row.pk,
        number=row.number,
        type_code=row.type,
        title=row.title,
        state=State(row.state),
        outcome=Outcome(row.outcome) if row.outcome else None,
        origin=Origin(row.origin),
        high_risk=row.high_risk,
        version=row.version,
        holder_id=row.holder_id,
        holder_name=row.holder.name if row.holder else "",
        received_at=row.received_at,
        accepted_at=row.accepted_at,
        due_on=row.due_on,
        state_since=row.state_since,
        granted=row.granted_at is not None,
        concluded_at=row.concluded_at,
        division=row.division,
        person_id=row.person_id,
        employer_id=row.employer_id,
        resumes=State(row.resumes) if row.resumes else None,
    )


def action_line(row: Action) -> ActionLine:
    """One move as the history shows it."""
    return ActionLine(
        id=row.pk,
        number=row.number,
        move=Move(row.move),
        state=State(row.state) if row.state else None,
        led_to=State(row.led_to),
        account_id=row.account_id,
        actor_name=row.actor_name,
        actor_role=row.actor_role,
        text=row.text,
        details=row.details,
        at=row.at,
    )


def material_line(row: Material) -> MaterialLine:
    """One paper that was shown."""
    return MaterialLine(
        id=row.pk,
        requirement=row.requirement,
        how=How(row.how),
        file_name=row.file_name,
        shown_name=row.shown_name,
        media_type=row.media_type,
        page_count=row.page_count,
        sha512=row.sha512,
        promised_until=row.promised_until,
        note=row.note,
        by_name=row.by_name,
        at=row.at,
        stands=row.replaced_by_id is None,
    )


def slip_line(row: Slip) -> SlipLine:
    """One paper the agency gave out."""
    return SlipLine(
        id=row.pk,
        kind=row.kind,
        number=row.number,
        file_name=row.file_name,
        page_count=row.page_count,
        issued_at=row.issued_at,
        issued_by=row.issued_by,
    )
