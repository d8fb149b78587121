"""An ended case as its own sheets tell it, read from its rows."""

from django.utils import timezone

from nianlun.cases import moving
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import Move, Outcome, State
from nianlun.cases.domain.payee import veiled
from nianlun.cases.domain.types import Origin, SlipKind
from nianlun.cases.models import Case
from nianlun.cases.record_content import KeptMaterial, RecordFacts, TakenMove
from nianlun.cases.subjects import subject_of
from nianlun.digitization.masking import mask_within


def record_facts(row: Case) -> RecordFacts:
    """Everything the sheets tell; numbers of identity cards and accounts masked wherever somebody wrote one."""
    case_type = moving.type_of(row)
    names = {one.code: one.name for one in case_type.requirements}
    return RecordFacts(
        type=case_type,
        number=row.number,
        title=row.title,
        agency=row.agency.name,
        subject=subject_of(row),
        origin=Origin(row.origin),
        outcome=Outcome(row.outcome),
        result=mask_within(row.effect_said),
        received_on=timezone.localdate(row.received_at),
        accepted_on=timezone.localdate(row.accepted_at) if row.accepted_at else None,
        due_on=row.due_on,
        concluded_on=timezone.localdate(row.concluded_at),
        details={code: mask_within(text) for code, text in veiled(row.details).items()},
        moves=[
            TakenMove(
                move=Move(one.move),
                state=State(one.state) if one.state else None,
                actor=one.actor_name,
                post=one.actor_role,
                text=mask_within(one.text),
                at=timezone.localtime(one.at),
            )
            for one in row.actions.order_by("number")
        ],
        materials=[
            KeptMaterial(
                name=names[one.requirement],
                how=How(one.how),
                pages=one.page_count,
                note=mask_within(one.note),
                by=one.by_name,
            )
            for one in sorted(
                row.materials.filter(replaced_by__isnull=True),
                key=lambda one: list(names).index(one.requirement),
            )
        ],
        pauses=[
            (one.since, one.until, mask_within(one.reason)) for one in row.pauses.order_by("since", "pk")
        ],
        slips=[
            (SlipKind(one.kind).label, one.number, timezone.localdate(one.for_action.at))
            for one in row.slips.select_related("for_action").order_by("for_action__number")
        ],
    )
