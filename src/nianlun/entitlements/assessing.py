"""Assessments on record (待遇核定): proposed, in force through a case, replayed bit for bit ever after."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from nianlun.access.domain import NotVisible, Refused, Right, Viewer, authorize
from nianlun.entitlements import clashes
from nianlun.entitlements.benefit import BenefitView, benefit_view, tied
from nianlun.entitlements.gathering import Working, gather
from nianlun.entitlements.models import AssessmentRecord
from nianlun.entitlements.wish import Wish
from nianlun.evidence.domain import Kind
from nianlun.evidence.operations import refuse_own_case
from nianlun.journal import operations as journal
from nianlun.journal.domain import declare
from nianlun.kernel.months import month_of, show_month
from nianlun.lawbook import queries as lawbook
from nianlun.policy.assess import assess
from nianlun.policy.assessment import Assessment
from nianlun.policy.derivation import EvidenceRef, Node
from nianlun.policy.lawbook import LawBook
from nianlun.registry import queries as registry

PROPOSED = declare("entitlements.assessment_proposed", "提出待遇核定：{month} 起每月 {total} 元")
REPLAYED = declare("entitlements.assessment_replayed", "重放待遇核定：{outcome}")


class NotAssessable(Refused):
    """There is nothing to put on record; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """One assessment on record as lists and its page show it."""

    id: UUID
    person_id: UUID
    kind: str
    month: int
    total: Decimal
    provisional: bool
    edition: str
    digest: str
    state: str
    state_label: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    reason: str
    case_id: UUID | None
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A past assessment computed anew: whether it is equal to the byte, and both digests."""

    equal: bool
    stored: str
    computed: str
    sentence: str


def obstacle(working: Working, view: BenefitView) -> str:
    """Why a benefit cannot be put on record yet and what to do, in one sentence; empty where it can.

    What an amount rests on must have been ruled on: no fact without a ruling.
    """
    if view.assessment is None:
        return view.refusal
    if view.month is None or view.month > month_of(working.on):
        return f"{show_month(view.month) if view.month else '退休月份'} 还没有到，现在只能试算。"
    open_kinds = [c.kind.label for c in clashes.open_contradictions(working)]
    if open_kinds:
        return f"{'、'.join(open_kinds)}各材料说法不同，还没有认定。请先在“认定”里办完。"
    if working.career.deemed_months and Kind.WORK_START not in working.facts:
        return "有视同缴费年限，参加工作时间还没有认定。请先在“认定”里办完。"
    return ""


@transaction.atomic
def propose(person_id: UUID, *, wish: Wish, by: Viewer, at: datetime) -> UUID:
    """Put today's assessment of a person before who decides. Raises `NotAssessable`, `Refused`, `NotVisible`."""
    person = registry.person(by, person_id)
    authorize(by, Right.BENEFIT_PROPOSE, scope_of=person.division)
    refuse_own_case(by, person_id)
    if wish.more_months or wish.base_value is not None or wish.accepted_claims or wish.region:
        raise NotAssessable("假设的结果不能核定。请先把材料审核、认定，再按实际情况核定。")
    book = lawbook.current(at)
    working = gather(person, on=timezone.localdate(at), deep=True, book=book)
    view = benefit_view(working, book=book, wish=wish)
    if sentence := obstacle(working, view):
        raise NotAssessable(f"不能核定：{sentence}")
    answer = view.assessment
    if answer is None or answer.total is None or view.month is None:
        raise NotAssessable("不能核定：没有每月金额。")
    said = canonical(_on_record(answer, view.assumptions).to_json(explain=True))
    row = AssessmentRecord(
        person_id=person_id,
        kind=view.kind,
        benefit_month=view.month,
        total=answer.total,
        provisional=answer.provisional,
        edition=book.digest,
        knowledge_at=at,
        grounds=canonical(_grounds(view)),
        answer=said,
        digest=_digest(said),
        proposed_by_id=by.account_id,
        proposed_by_name=by.name,
        proposed_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise NotAssessable("这个人已有一件核定等待审批。请先办完那一件。") from None
    tell(PROPOSED, row, by=by, at=at)
    return row.pk


@transaction.atomic
def replay(record_id: UUID, *, by: Viewer | None, at: datetime) -> Replay:
    """Compute an assessment anew from its grounds and its edition of the law, and compare to the byte.

    `by` is None for the command line. Raises `NotVisible` for no such record in scope, `NotAssessable` where the
    edition it rests on is not kept.
    """
    if by is not None:
        authorize(by, Right.BENEFIT_REPLAY)
    rows = AssessmentRecord.objects.all() if by is None else _in_scope(by)
    row = rows.filter(pk=record_id).first()
    if row is None:
        raise NotVisible
    grounds = json.loads(row.grounds)
    book = lawbook.edition(row.edition)
    if book is None:
        raise NotAssessable(f"政策库里没有版本 {row.edition[:12]}，不能重放。")
    said = canonical(_again(row.kind, grounds, book=book).to_json(explain=True))
    digest = _digest(said)
    equal = said == row.answer and digest == row.digest
    sentence = "重算结果与当时逐字节一致。" if equal else "重算结果与当时不同，请报告审计。"
    journal.record(
        REPLAYED,
        by=by,
        about="entitlements.assessment",
        about_id=str(row.pk),
        details={"outcome": sentence},
        at=at,
    )
    return Replay(equal=equal, stored=row.digest, computed=digest, sentence=sentence)


def _again(kind: str, grounds: Mapping[str, Any], *, book: LawBook) -> Assessment:
    evidence = {
        step: tuple(EvidenceRef(**ref) for ref in refs) for step, refs in grounds["evidence"].items()
    }
    answer = assess(kind, grounds["inputs"], book=book, evidence=evidence)
    trees = {step: Node.from_json(tree) for step, tree in grounds["trees"].items()}
    found = tied(answer, trees=trees, provisional=grounds["provisional"])
    return _on_record(found, grounds["assumptions"])


def _on_record(answer: Assessment, assumptions: Sequence[str]) -> Assessment:
    """The answer with what was assumed among its notes, so that who confirms it signs that too."""
    return replace(answer, notes=(*answer.notes, *assumptions))


def of_person(viewer: Viewer, person_id: UUID) -> list[RecordLine]:
    """A person's assessments, newest first. Raises `NotVisible`."""
    registry.person(viewer, person_id)
    rows = AssessmentRecord.objects.filter(person_id=person_id).order_by("-proposed_at", "-id")
    return [_line(row) for row in rows]


def record(viewer: Viewer, record_id: UUID) -> RecordLine | None:
    """One assessment of a person in the viewer's scope, or None."""
    row = AssessmentRecord.objects.filter(pk=record_id).first()
    if row is None:
        return None
    registry.person(viewer, row.person_id)  # raises NotVisible out of scope
    return _line(row)


def latest(viewer: Viewer, *, limit: int = 100) -> list[RecordLine]:
    """The latest assessments in the viewer's scope, for replaying: no names."""
    return [_line(row) for row in _in_scope(viewer).order_by("-proposed_at", "-id")[:limit]]


def all_ids() -> list[UUID]:
    """Every assessment on record, oldest first."""
    return list(AssessmentRecord.objects.order_by("id").values_list("id", flat=True))


def waiting(viewer: Viewer, *, limit: int = 50) -> list[RecordLine]:
    """Assessments in the viewer's scope that wait for a case to put them into force, oldest first."""
    return [_line(row) for row in _waiting(viewer).order_by("proposed_at", "id")[:limit]]


def waiting_of(person_id: UUID) -> RecordLine | None:
    """The assessment of a person that waits, for the case that decides on it."""
    row = AssessmentRecord.objects.filter(
        person_id=person_id, state=AssessmentRecord.State.PROPOSED
    ).first()
    return _line(row) if row is not None else None


def in_force_of(person_id: UUID) -> RecordLine | None:
    """The assessment by which a person draws now, for cases that ask whether there is one."""
    row = AssessmentRecord.objects.filter(
        person_id=person_id, state=AssessmentRecord.State.IN_FORCE
    ).first()
    return _line(row) if row is not None else None


def count_waiting(viewer: Viewer) -> int:
    """How many wait in the viewer's scope."""
    return _waiting(viewer).count()


def _waiting(viewer: Viewer) -> QuerySet[AssessmentRecord]:
    return _in_scope(viewer).filter(state=AssessmentRecord.State.PROPOSED)


def _in_scope(viewer: Viewer) -> QuerySet[AssessmentRecord]:
    if not viewer.scope:
        return AssessmentRecord.objects.none()
    return AssessmentRecord.objects.filter(person__agency__division__startswith=viewer.scope)


def canonical(content: Any) -> str:
    """JSON with sorted keys and no spaces: equal content, equal bytes."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, Decimal | date):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _grounds(view: BenefitView) -> dict[str, Any]:
    return {
        "inputs": view.inputs,
        "evidence": {step: [ref.to_json() for ref in refs] for step, refs in view.evidence.items()},
        "trees": {step: tree.to_json() for step, tree in view.trees.items()},
        "provisional": view.assessment is not None and view.assessment.provisional,
        "assumptions": list(view.assumptions),
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _line(row: AssessmentRecord) -> RecordLine:
    return RecordLine(
        id=row.pk,
        person_id=row.person_id,
        kind=row.kind,
        month=row.benefit_month,
        total=row.total,
        provisional=row.provisional,
        edition=row.edition,
        digest=row.digest,
        state=row.state,
        state_label=row.get_state_display(),
        proposed_by=row.proposed_by_name,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by_name,
        decided_at=row.decided_at,
        reason=row.reason,
        case_id=row.case_id,
        answer=json.loads(row.answer),
    )


def tell(action: str, row: AssessmentRecord, *, by: Viewer, at: datetime, **said: str) -> None:
    """Write down what was done with an assessment."""
    details = {"month": show_month(row.benefit_month), "total": str(row.total)}
    journal.record(
        action,
        by=by,
        about="entitlements.assessment",
        about_id=str(row.pk),
        person_id=row.person_id,
        rows=1,
        details=details | {key: text for key, text in said.items() if text},
        at=at,
    )
