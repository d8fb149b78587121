"""`roster.json`: what was booked from a workbook, kept with the workbook, so that its postings can come back.

Postings that no workbook brought, such as those of the tax office, have no original here and do not come back, nor
do proposals to take postings back that nobody has confirmed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from nianlun.access import former
from nianlun.contributions import operations
from nianlun.contributions.models import Posting, Reversal, RosterImport
from nianlun.registry import keeping as registry
from nianlun.vault.keeping import Keeping, keeps
from nianlun.vault.record_text import as_moment, moment

FORM = "nianlun-roster/1"
PREFIX = "urn:nianlun:roster:"
_SAME = "sha512 name rows added_postings known_rows refused_rows"
_DECIDED = "division left_out state reason"
_AMOUNTS = "personal employer_part"
_REVERSAL = "division postings reason state answer"
_COLUMNS = (
    "id", "key", "person", "month", "months", "scheme", "part", "amount", "base", "employer", "source", "place",
    "booked_on", "reverses", "reversal",
)  # fmt: skip


def _gather(object_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    rosters = {row.pk: row for row in RosterImport.objects.filter(vault_object__in=object_ids)}
    postings: dict[UUID, list[Posting]] = defaultdict(list)
    booked = Posting.objects.filter(Q(roster_id__in=rosters) | Q(reverses__roster_id__in=rosters))
    for row in booked.select_related("reverses").order_by("pk"):
        roster_id = row.reverses.roster_id if row.reverses else row.roster_id
        assert roster_id is not None  # noqa: S101  the filter above asks for it
        postings[roster_id].append(row)
    every = [row for rows in postings.values() for row in rows]
    persons = registry.persons({row.person_id for row in every})
    employers = registry.employers({row.employer_id for row in every if row.employer_id})
    reversals: dict[UUID, list[Reversal]] = defaultdict(list)
    confirmed = Reversal.objects.in_bulk({row.reversal_id for row in every if row.reversal_id})
    for roster_id, rows in postings.items():
        reversals[roster_id] = [
            confirmed[r] for r in sorted({x.reversal_id for x in rows if x.reversal_id})
        ]
    hands = {pk: _hands(roster, reversals[pk]) for pk, roster in rosters.items()}
    accounts = {a["id"]: a for a in former.accounts({one for ids in hands.values() for one in ids})}
    return {
        roster.vault_object: {
            "id": str(roster.pk),
            "by": roster.by_id,
            "at": moment(roster.at),
            "decided_by": roster.decided_by_id,
            "decided_at": moment(roster.decided_at) if roster.decided_at else None,
            "accounts": [accounts[one] for one in hands[roster.pk]],
            "persons": [persons[p] for p in sorted({row.person_id for row in postings[roster.pk]})],
            "employers": [
                employers[e]
                for e in sorted({row.employer_id for row in postings[roster.pk] if row.employer_id})
            ],
            "columns": list(_COLUMNS),
            "postings": [_told(row) for row in postings[roster.pk]],
            "person_count": roster.persons,
            "reversals": [_told_reversal(row) for row in reversals[roster.pk]],
            **{name: getattr(roster, name) for name in (*_SAME.split(), *_DECIDED.split())},
            **{name: str(getattr(roster, name)) for name in _AMOUNTS.split()},
        }
        for roster in rosters.values()
    }


def _hands(roster: RosterImport, reversals: Sequence[Reversal]) -> list[int]:
    ids = {roster.by_id, roster.decided_by_id}
    ids |= {account for row in reversals for account in (row.by_id, row.decided_by_id)}
    return sorted(one for one in ids if one)


def _told_reversal(row: Reversal) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "person": str(row.person_id),
        "by": row.by_id,
        "at": moment(row.at),
        "decided_by": row.decided_by_id,
        "decided_at": moment(row.decided_at) if row.decided_at else None,
        **{name: getattr(row, name) for name in _REVERSAL.split()},
    }


def _told(row: Posting) -> list[Any]:
    return [
        str(row.pk),
        bytes(row.key).hex(),
        str(row.person_id),
        row.month,
        row.months,
        row.scheme,
        row.part,
        str(row.amount),
        str(row.base),
        str(row.employer_id) if row.employer_id else None,
        row.source,
        row.place,
        row.booked_on.isoformat(),
        str(row.reverses_id) if row.reverses_id else None,
        str(row.reversal_id) if row.reversal_id else None,
    ]


def _restore(content: Mapping[str, Any]) -> None:
    former.restore_accounts(content["accounts"])
    registry.restore_persons(content["persons"])
    registry.restore_employers(content["employers"])
    roster = RosterImport(
        pk=content["id"],
        vault_object=content["object"],
        by_id=content["by"],
        at=as_moment(content["at"]),
        **{name: content[name] for name in _SAME.split()},
    )
    if "state" not in content:  # written before two people were asked for
        roster.state = RosterImport.State.ALONE
    else:
        roster.decided_by_id = content["decided_by"]
        roster.decided_at = as_moment(content["decided_at"]) if content["decided_at"] else None
        roster.persons = content["person_count"]
        for name in (*_DECIDED.split(), *_AMOUNTS.split()):
            setattr(roster, name, content[name])
    RosterImport.objects.bulk_create([roster], ignore_conflicts=True)
    Reversal.objects.bulk_create(
        (_reversal(told) for told in content.get("reversals", ())), ignore_conflicts=True
    )
    rows = (dict(zip(content["columns"], values, strict=True)) for values in content["postings"])
    Posting.objects.bulk_create(
        (_posting(told, roster=content["id"]) for told in rows), batch_size=1000, ignore_conflicts=True
    )


def _reversal(told: Mapping[str, Any]) -> Reversal:
    return Reversal(
        pk=told["id"],
        person_id=told["person"],
        by_id=told["by"],
        at=as_moment(told["at"]),
        decided_by_id=told["decided_by"],
        decided_at=as_moment(told["decided_at"]),
        **{name: told[name] for name in _REVERSAL.split()},
    )


def _posting(told: Mapping[str, Any], *, roster: str) -> Posting:
    same = ("month", "months", "scheme", "part", "amount", "base", "source", "place", "booked_on")
    return Posting(
        pk=told["id"],
        key=bytes.fromhex(told["key"]),
        person_id=told["person"],
        employer_id=told["employer"],
        roster_id=None if told["reverses"] else roster,
        reverses_id=told["reverses"],
        reversal_id=told.get("reversal"),
        **{name: told[name] for name in same},
    )


def _counts() -> dict[str, int]:
    return {"postings": Posting.objects.count()}


def _finish(at: datetime, _unreadable: int) -> None:
    persons = Posting.objects.order_by("person_id").values_list("person_id", flat=True).distinct()
    operations.tell_of_postings(set(persons), cause="rebuilt", at=at)


keeps(
    Keeping(
        prefix=PREFIX,
        file_name="roster.json",
        form=FORM,
        gather=_gather,
        restore=_restore,
        counts=_counts,
        finish=_finish,
    )
)
