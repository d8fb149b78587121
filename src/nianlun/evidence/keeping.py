"""`evidence.json`: what was read on an item, claimed, decided and ruled, kept with its original; and back from it.

A ruling is told by every item it considered, whole, with the fact it made. Where two items tell of it as it was at
different times, the later state counts.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from nianlun.access import former
from nianlun.archives import keeping as archives
from nianlun.archives import queries as archive_queries
from nianlun.archives.queries import ItemLine
from nianlun.digitization import keeping as digitization
from nianlun.evidence import operations
from nianlun.evidence.kept_rulings import restore_rulings, tie_rulings, told_rulings
from nianlun.evidence.models import Claim, Decision, Examination, Fact, Ruling
from nianlun.evidence.queries import grade_of
from nianlun.registry import keeping as registry
from nianlun.vault.keeping import Keeping, keeps
from nianlun.vault.record_text import as_binary, as_day, as_moment, binary, day, moment

FORM = "nianlun-evidence/1"
_SAME = "kind value polygon altered state is_sample number"
_MACHINE = "value text engine"


def _gather(object_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    items = archive_queries.items_in(object_ids)
    claims: dict[UUID, list[Claim]] = defaultdict(list)
    for row in Claim.objects.filter(item_id__in=items).order_by("page__number", "number"):
        claims[row.item_id].append(row)
    decisions: dict[UUID, list[Decision]] = defaultdict(list)
    for decision in Decision.objects.filter(claim__item_id__in=items).order_by("at", "pk"):
        decisions[decision.claim_id].append(decision)
    examinations = Examination.objects.in_bulk(list(items))
    pages = archive_queries.page_ids(items)
    readings = digitization.readings([page for ids in pages.values() for page in ids])
    rulings, of_item = told_rulings(items)
    persons_of = archives.persons_by_object(object_ids)
    for item in items.values():
        persons_of[item.vault_object] |= {c.person_id for c in claims[item.id] if c.person_id}
        persons_of[item.vault_object] |= {UUID(rulings[r]["person"]) for r in of_item[item.id]}
    persons = registry.persons(set().union(*persons_of.values()))
    found = {}
    for item in items.values():
        content: dict[str, Any] = {
            "item": str(item.id),
            "persons": [persons[p] for p in sorted(persons_of[item.vault_object])],
            "readings": [reading for page in pages[item.id] for reading in readings.get(page, [])],
            "examination": _examination(examinations.get(item.id)),
            "claims": [_claim(row, item=item, decisions=decisions[row.pk]) for row in claims[item.id]],
            "rulings": [rulings[ruling] for ruling in of_item[item.id]],
        }
        found[item.vault_object] = content
    accounts = {a["id"]: a for a in former.accounts(_numbers(list(found.values())))}
    for content in found.values():
        content["accounts"] = [accounts[number] for number in sorted(_numbers([content]))]
    return found


def _examination(row: Examination | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "agency": str(row.agency_id),
        "state": row.state,
        "opened_at": moment(row.opened_at),
        "submitted": _signed(row.submitted_by_id, row.submitted_by_name, row.submitted_at),
        "confirmed": _signed(row.confirmed_by_id, row.confirmed_by_name, row.confirmed_at),
        "reason": row.reason,
        "is_sample": row.is_sample,
    }


def _signed(by: int | None, name: str, at: datetime | None) -> dict[str, Any]:
    return {"by": by, "name": name, "at": moment(at)}


def _claim(row: Claim, *, item: ItemLine, decisions: Sequence[Decision]) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "person": str(row.person_id) if row.person_id else None,
        "page": str(row.page_id),
        "grade": grade_of(item).value,  # for readers; it follows from the record and is worked out again
        "machine": {
            "value": row.machine_value,
            "text": row.machine_text,
            "engine": row.machine_engine,
            "confidence": str(row.machine_confidence),
            "polygon": row.drawn,
            "sealed": binary(row.machine_sealed),
        },
        "sealed": binary(row.sealed),
        "earliest": day(row.earliest),
        "latest": day(row.latest),
        "first_by": row.first_by_id,
        "second_by": row.second_by_id,
        "proposed_at": moment(row.proposed_at),
        "decisions": [
            {
                "choice": d.choice,
                "value": d.value,
                "polygon": d.polygon,
                "by": d.by_id,
                "name": d.by_name,
                "at": moment(d.at),
            }
            for d in decisions
        ],
        **{name: getattr(row, name) for name in _SAME.split()},
    }


def _numbers(contents: Collection[Mapping[str, Any]]) -> set[int]:
    """Numbers of all accounts that the contents name."""
    found: set[int | None] = set()
    for content in contents:
        for signed in (content["examination"] or {}, *content["rulings"]):
            found |= {
                signed[step]["by"] for step in ("submitted", "proposed", "confirmed") if step in signed
            }
        for claim in content["claims"]:
            found |= {claim["first_by"], claim["second_by"], *(d["by"] for d in claim["decisions"])}
    return {number for number in found if number is not None}


def _restore(content: Mapping[str, Any]) -> None:
    former.restore_accounts(content["accounts"])
    registry.restore_persons(content["persons"])
    digitization.restore_readings(content["readings"])
    if content["examination"]:
        _restore_examination(content["item"], content["examination"])
    there = set(Claim.objects.filter(item_id=content["item"]).values_list("pk", flat=True))
    new = [c for c in content["claims"] if UUID(c["id"]) not in there]
    Claim.objects.bulk_create(_claim_row(content["item"], c) for c in new)
    Decision.objects.bulk_create(
        Decision(
            claim_id=c["id"],
            choice=d["choice"],
            value=d["value"],
            polygon=d["polygon"],
            by_id=d["by"],
            by_name=d["name"],
            at=as_moment(d["at"]),
        )
        for c in new
        for d in c["decisions"]
    )
    restore_rulings(content["rulings"])


def _tie(content: Mapping[str, Any]) -> None:
    tie_rulings(content["rulings"])


def _restore_examination(item: str, told: Mapping[str, Any]) -> None:
    submitted, confirmed = told["submitted"], told["confirmed"]
    row = Examination(
        item_id=item,
        agency_id=told["agency"],
        state=told["state"],
        opened_at=as_moment(told["opened_at"]),
        submitted_by_id=submitted["by"],
        submitted_by_name=submitted["name"],
        submitted_at=as_moment(submitted["at"]),
        confirmed_by_id=confirmed["by"],
        confirmed_by_name=confirmed["name"],
        confirmed_at=as_moment(confirmed["at"]),
        reason=told["reason"],
        is_sample=told["is_sample"],
    )
    Examination.objects.bulk_create([row], ignore_conflicts=True)


def _claim_row(item: str, told: Mapping[str, Any]) -> Claim:
    machine = told["machine"]
    return Claim(
        pk=told["id"],
        item_id=item,
        person_id=told["person"],
        page_id=told["page"],
        machine_confidence=machine["confidence"],
        drawn=machine["polygon"],
        machine_sealed=as_binary(machine["sealed"]),
        sealed=as_binary(told["sealed"]),
        earliest=as_day(told["earliest"]),
        latest=as_day(told["latest"]),
        first_by_id=told["first_by"],
        second_by_id=told["second_by"],
        proposed_at=as_moment(told["proposed_at"]),
        **{f"machine_{name}": machine[name] for name in _MACHINE.split()},
        **{name: told[name] for name in _SAME.split()},
    )


def _counts() -> dict[str, int]:
    return {
        "persons": registry.count_persons(),
        "claims": Claim.objects.count(),
        "rulings": Ruling.objects.count(),
        "facts": Fact.objects.count(),
    }


def _finish(at: datetime, _unreadable: int) -> None:
    """Have everything that follows from evidence worked out again."""
    persons = Claim.objects.exclude(person=None).order_by("person_id").values_list("person_id", flat=True)
    for person_id in persons.distinct():
        operations.person_changed(person_id, cause="rebuilt", at=at)


keeps(
    Keeping(
        prefix=archives.PREFIX,
        file_name="evidence.json",
        form=FORM,
        gather=_gather,
        restore=_restore,
        counts=_counts,
        finish=_finish,
        tie=_tie,
    )
)
