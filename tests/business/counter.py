"""A counter with its people: who takes cases in and who decides them, for tests of the agency's business."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests import factories

from nianlun.access.domain import Viewer
from nianlun.cases import queries, type_files
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.types import FieldKind, Step
from nianlun.cases.operations import deciding, door, materials, opening
from nianlun.kernel.identifiers import uuid7

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)  # a Wednesday, twelve o'clock in Beijing
DECIDERS = {
    Step.FIRST_REVIEW: "clerk",
    Step.SECOND_REVIEW: "reviewer",
    Step.APPROVAL: "leader",
    Step.PAYMENT: "finance",
}


@dataclass
class Counter:
    """One agency's people, each with a machine of their own, and a clock that moves a minute with every act."""

    at: datetime = NOON
    staff: dict[str, Viewer] = field(default_factory=dict)

    def __getattr__(self, role: str) -> Viewer:
        if role not in self.staff:
            self.staff[role] = replace(
                factories.staff(role.rstrip("0123456789")), device=f"device-of-{role}"
            )
        return self.staff[role]

    def tick(self, **elapsed: float) -> datetime:
        self.at += timedelta(**elapsed) if elapsed else timedelta(minutes=1)
        return self.at


def details_for(type_code: str, **given: str) -> dict[str, str]:
    """Something right for every field a type asks for, with what the test gives instead."""
    found = {}
    for one in type_files.case_type(type_code, NOON.date()).fields:
        match one.kind:
            case FieldKind.CHOICE:
                text = one.choices[0][0]
            case FieldKind.DAY:
                text = "2026-03-01"
            case FieldKind.MONTH:
                text = "2026-03"
            case FieldKind.YUAN:
                text = "1200.00"
            case FieldKind.COUNT:
                text = "12"
            case FieldKind.FLAG:
                text = ""
            case FieldKind.IDENTITY:
                text = "130606197001010019"
            case _:
                text = "已核对"
        found[one.code] = text
    return {**found, **given}


def opened(counter: Counter, type_code: str = "retirement", *, person_id: UUID, **details: str) -> UUID:
    """A case taken in at the counter."""
    return opening.open_case(
        type_code,
        by=counter.clerk,
        details=details_for(type_code, **details),
        request_key=uuid7(),
        person_id=person_id,
        at=counter.tick(),
    )


def version_of(counter: Counter, case_id: UUID) -> int:
    """The version as somebody sees it who has just opened the case."""
    return queries.case(counter.clerk, case_id).line.version


def give_all(counter: Counter, case_id: UUID) -> None:
    """Show every required paper as an original that was seen."""
    for wanted in queries.case(counter.clerk, case_id).type.requirements:
        if wanted.required:
            materials.take_material(
                case_id,
                by=counter.clerk,
                version=version_of(counter, case_id),
                requirement=wanted.code,
                how=How.ORIGINAL_SEEN,
                at=counter.tick(),
            )


def accepted(counter: Counter, type_code: str = "retirement", *, person_id: UUID, **details: str) -> UUID:
    """A case with all its papers, accepted."""
    case_id = opened(counter, type_code, person_id=person_id, **details)
    give_all(counter, case_id)
    door.accept(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    return case_id


def passed(counter: Counter, case_id: UUID, *roles: str) -> None:
    """Let these posts pass the case on, one after the other."""
    for role in roles:
        deciding.pass_on(
            case_id,
            by=getattr(counter, role),
            version=version_of(counter, case_id),
            text="材料齐全，核对无误",
            at=counter.tick(),
        )
