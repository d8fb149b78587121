"""`case.json`: what was done in a case, kept with its papers from the first one on; and the case made again from it.

What comes back is the case as it can be read and worked on: its moves, materials, pauses, papers, who took which step,
and the definition it was opened under. What the application says stands masked for readers, and sealed as it lies in
the table for the way back. Accounts come back as names without access. Notices, attempts that were refused, and the
register of issued papers do not come back: the log they belong to is not in the vault.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from nianlun.access import former
from nianlun.archives import numbering
from nianlun.cases import type_files
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import Move, Outcome, State
from nianlun.cases.domain.payee import veiled
from nianlun.cases.domain.types import SlipKind, Step
from nianlun.cases.kept_rows import CASE, MATERIAL, SLIP, restore_rows
from nianlun.cases.models import OBJECTS, PERSONS, Action, Case, Duty, Filing, Material, Pause, Slip
from nianlun.digitization.masking import mask_within
from nianlun.registry import keeping as registry
from nianlun.vault.keeping import Keeping, keeps
from nianlun.vault.record_text import binary, day, moment

FORM = "nianlun-case/1"
FILE = "case.json"


def objects_of(ids: Sequence[str]) -> dict[UUID, str]:
    """The objects that may be a case's, by the number of their item."""
    found = {}
    for object_id in ids:
        try:
            found[UUID(object_id.removeprefix(OBJECTS))] = object_id
        except ValueError:  # an object of another kind
            continue
    return found


def _gather(object_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    objects = objects_of(object_ids)
    rows = list(Case.objects.filter(item_id__in=objects).select_related("corrects"))
    ids = [row.pk for row in rows]
    actions, materials, pauses, slips, duties = (
        _by_case(manager.filter(case_id__in=ids).order_by(*order))
        for manager, order in (
            (Action.objects, ("number",)),
            (Material.objects.select_related("replaced_by"), ("pk",)),
            (Pause.objects, ("pk",)),
            (Slip.objects.select_related("for_action"), ("for_action__number",)),
            (Duty.objects, ("pk",)),
        )
    )
    filings = Filing.objects.in_bulk(ids)
    agencies = registry.agencies({row.agency_id for row in rows})
    persons = registry.persons({row.person_id for row in rows if row.person_id})
    employers = registry.employers({row.employer_id for row in rows if row.employer_id})
    found = {}
    for row in rows:
        found[objects[row.item_id]] = {
            **_case(row),
            "agency": agencies[row.agency_id],
            "person": persons[row.person_id] if row.person_id else None,
            "employer": employers[row.employer_id] if row.employer_id else None,
            "steps": [_action(one) for one in actions[row.pk]],
            "duties": [_duty(one) for one in duties[row.pk]],
            "materials": [_material(one) for one in materials[row.pk]],
            "pauses": [
                {"since": day(p.since), "until": day(p.until), "reason": mask_within(p.reason)}
                for p in pauses[row.pk]
            ],
            "slips": [_slip(one) for one in slips[row.pk]],
            "filing": _filing(filings.get(row.pk)),
        }
    accounts = {one["id"]: one for one in former.accounts(_numbers(found.values()))}
    for content in found.values():
        content["accounts"] = [accounts[n] for n in sorted(_numbers([content])) if n in accounts]
    return found


def _by_case(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.case_id].append(row)
    return found


def _case(row: Case) -> dict[str, Any]:
    case_type = type_files.case_type_by_digest(row.type, row.type_digest)
    return {
        "id": str(row.pk),
        "item": str(row.item_id),
        "type": {
            "code": row.type,
            "name": case_type.name,
            "digest": row.type_digest,
            "definition": case_type.definition,
        },
        "state_label": State(row.state).label,
        "outcome_label": Outcome(row.outcome).label if row.outcome else "",
        "details": {code: mask_within(text) for code, text in veiled(row.details).items()},
        "details_sealed": binary(row.details_sealed),
        "result": mask_within(row.effect_said),
        "received_at": moment(row.received_at),
        "accepted_at": moment(row.accepted_at),
        "due_on": day(row.due_on),
        "state_since": moment(row.state_since),
        "granted_at": moment(row.granted_at),
        "concluded_at": moment(row.concluded_at),
        "filed_at": moment(row.filed_at),
        "opened_by": row.opened_by_id,
        "corrects": row.corrects.number if row.corrects else None,
        **{name: getattr(row, name) for name in CASE.split()},
    }


def _action(row: Action) -> dict[str, Any]:
    return {
        "number": row.number,
        "move": row.move,
        "what": Move(row.move).label,
        "state": row.state,
        "led_to": row.led_to,
        "by": row.account_id,
        "name": row.actor_name,
        "post": row.actor_role,
        "text": mask_within(row.text),
        "details": row.details if row.move != Move.DETAILS.value else {},
        "at": moment(row.at),
    }


def _duty(row: Duty) -> dict[str, Any]:
    return {"step": row.step, "what": Step(row.step).label, "by": row.account_id, "at": moment(row.at)}


def _material(row: Material) -> dict[str, Any]:
    return {
        "number": row.pk,
        "what": How(row.how).label,
        "note": mask_within(row.note),
        "promised_until": day(row.promised_until),
        "by": row.account_id,
        "at": moment(row.at),
        "replaced_by": row.replaced_by_id,
        **{name: getattr(row, name) for name in MATERIAL.split()},
    }


def _slip(row: Slip) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "what": SlipKind(row.kind).label,
        "step": row.for_action.number,
        "issued_at": moment(row.issued_at),
        **{name: getattr(row, name) for name in SLIP.split()},
    }


def _filing(row: Filing | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "title": row.title,
        "retention_item": row.retention_item,
        "retention": row.retention,
        "secrecy": row.secrecy,
        "contents": row.contents,
        "pages": row.pages,
        "sha512": row.sha512,
        "prepared_at": moment(row.prepared_at),
        "edition": row.edition,
    }


def _numbers(contents: Iterable[Mapping[str, Any]]) -> set[int]:
    """Numbers of all accounts that the contents name."""
    found: set[int | None] = set()
    for content in contents:
        found.add(content["opened_by"])
        found |= {one["by"] for part in ("steps", "duties", "materials") for one in content[part]}
    return {number for number in found if number is not None}


def _restore(content: Mapping[str, Any]) -> None:
    former.restore_accounts(content["accounts"])
    registry.restore_agencies([content["agency"]])
    if content["person"]:
        registry.restore_persons([content["person"]])
    if content["employer"]:
        registry.restore_employers([content["employer"]])
    restore_rows(content)


def _tie(content: Mapping[str, Any]) -> None:
    """A correction and the case it corrects may come back in any order."""
    if content["corrects"]:
        corrected = Case.objects.filter(number=content["corrects"]).first()
        if corrected is not None:
            Case.objects.filter(pk=content["id"]).update(corrects=corrected)


def _finish(_at: datetime, unreadable: int) -> None:
    """Let numbering go on where it stood. What could not be read may have held the last numbers: they are skipped."""
    last: dict[str, int] = defaultdict(int)
    for (number,) in Case.objects.values_list("number").iterator():
        prefix, _, count = number.rpartition("-")
        last[prefix] = max(last[prefix], int(count))
    for (number,) in Slip.objects.values_list("number").iterator():
        prefix, _, count = number.partition("〕")
        last[f"{prefix}〕"] = max(last[f"{prefix}〕"], int(count.rstrip("号")))
    for division, given in registry.last_personal_numbers().items():
        last[f"{PERSONS}{division}"] = given
    numbering.go_on_from({prefix: reached + unreadable for prefix, reached in last.items()})


def _counts() -> dict[str, int]:
    return {"cases": Case.objects.count()}


keeps(
    Keeping(
        prefix=OBJECTS,
        file_name=FILE,
        form=FORM,
        gather=_gather,
        restore=_restore,
        counts=_counts,
        finish=_finish,
        tie=_tie,
        enough_alone=True,
    )
)
