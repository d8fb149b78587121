"""The rows of a case made again from what its `case.json` tells."""

from collections.abc import Mapping
from typing import Any

from nianlun.cases.domain.flow import Move, Outcome, State
from nianlun.cases.models import Action, Case, Definition, Duty, Filing, Material, Pause, Slip
from nianlun.kernel.cipher import sealed_with
from nianlun.kernel.identifiers import uuid7
from nianlun.search.grams import filled
from nianlun.vault.record_text import as_binary, as_day, as_moment

# Columns that stand in the file as in the table.
CASE = "number title origin high_risk outcome state resumes version limit_days is_sample"
MATERIAL = "requirement how file_name shown_name media_type sha512 page_count by_name"
"""Without `note`: free words, which the file tells masked."""
SLIP = "kind number file_name page_count issued_by"


def restore_rows(told: Mapping[str, Any]) -> None:
    """Write the rows; a case that is there already stays as it is."""
    if Case.objects.filter(pk=told["id"]).exists():
        return
    opened_as = told["type"]
    definition = Definition(
        digest=opened_as["digest"], code=opened_as["code"], text=opened_as["definition"]
    )
    Definition.objects.bulk_create([definition], ignore_conflicts=True)
    # Before the case: the table takes no decided case that fewer than two had in hand.
    Duty.objects.bulk_create(
        Duty(case_id=told["id"], account_id=one["by"], step=one["step"], at=as_moment(one["at"]))
        for one in told["duties"]
    )
    row = _case(told)
    row.save(force_insert=True)
    actions = {one["number"]: _action(row, one) for one in told["steps"]}
    Action.objects.bulk_create(actions.values())
    Pause.objects.bulk_create(
        Pause(case=row, since=as_day(one["since"]), until=as_day(one["until"]), reason=one["reason"])
        for one in told["pauses"]
    )
    _restore_materials(row, told)
    Slip.objects.bulk_create(
        Slip(
            pk=one["id"],
            case=row,
            for_action=actions[one["step"]],
            issued_at=as_moment(one["issued_at"]),
            **{name: one[name] for name in SLIP.split()},
        )
        for one in told["slips"]
    )
    if filing := told["filing"]:
        Filing.objects.create(case=row, **{**filing, "prepared_at": as_moment(filing["prepared_at"])})


def _case(told: Mapping[str, Any]) -> Case:
    return Case(
        pk=told["id"],
        item_id=told["item"],
        type=told["type"]["code"],
        type_digest=told["type"]["digest"],
        agency_id=told["agency"]["id"],
        division=told["agency"]["division"],
        person_id=told["person"]["id"] if told["person"] else None,
        employer_id=told["employer"]["id"] if told["employer"] else None,
        effect_said=told["result"],
        request_key=uuid7(),  # the form that opened it is long gone
        grams=filled(told["title"]),
        details_sealed=(sealed := as_binary(told["details_sealed"]) or b""),
        key_version=sealed_with(sealed),
        opened_by_id=told["opened_by"],
        due_on=as_day(told["due_on"]),
        received_at=as_moment(told["received_at"]),
        accepted_at=as_moment(told["accepted_at"]),
        state_since=as_moment(told["state_since"]),
        granted_at=as_moment(told.get("granted_at") or _granted_at(told)),
        concluded_at=as_moment(told["concluded_at"]),
        filed_at=as_moment(told["filed_at"]),
        **{name: told[name] for name in CASE.split()},
    )


def _granted_at(told: Mapping[str, Any]) -> str | None:
    """When a case was granted by a file that does not say so: with the last step that was passed."""
    if told["outcome"] != Outcome.GRANTED.value and told["state"] != State.PAYMENT.value:
        return None
    passed = [str(one["at"]) for one in told["steps"] if one["move"] == Move.PASS.value]
    return max(passed, default=str(told["state_since"]))


def _action(row: Case, told: Mapping[str, Any]) -> Action:
    return Action(
        case=row,
        account_id=told["by"],
        actor_name=told["name"],
        actor_role=told["post"],
        at=as_moment(told["at"]),
        **{name: told[name] for name in ("number", "move", "state", "led_to", "text", "details")},
    )


def _restore_materials(row: Case, told: Mapping[str, Any]) -> None:
    """The last first, so that each knows what took its place."""
    made: dict[int, Material] = {}
    for one in reversed(told["materials"]):
        made[one["number"]] = Material.objects.create(
            case=row,
            promised_until=as_day(one["promised_until"]),
            account_id=one["by"],
            at=as_moment(one["at"]),
            replaced_by=made.get(one["replaced_by"]),
            note=one["note"],
            **{name: one[name] for name in MATERIAL.split()},
        )
