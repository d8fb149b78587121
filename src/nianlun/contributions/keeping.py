"""`roster.json`: what was booked from a workbook, kept with the workbook, so that its postings can come back.

Postings that no workbook brought, such as those of the tax office, have no original here and do not come back.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from nianlun.access import former
from nianlun.contributions import operations
from nianlun.contributions.models import Posting, RosterImport
from nianlun.registry import keeping as registry
from nianlun.vault.keeping import Keeping, keeps
from nianlun.vault.record_text import as_moment, moment

FORM = "nianlun-roster/1"
PREFIX = "urn:nianlun:roster:"
_SAME = "sha512 name rows added_postings known_rows refused_rows"
_COLUMNS = (
    "id", "key", "person", "month", "months", "scheme", "part", "amount", "base", "employer", "source", "place",
    "booked_on", "reverses",
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
    accounts = {a["id"]: a for a in former.accounts([r.by_id for r in rosters.values() if r.by_id])}
    return {
        roster.vault_object: {
            "id": str(roster.pk),
            "by": roster.by_id,
            "at": moment(roster.at),
            "accounts": [accounts[roster.by_id]] if roster.by_id else [],
            "persons": [persons[p] for p in sorted({row.person_id for row in postings[roster.pk]})],
            "employers": [
                employers[e]
                for e in sorted({row.employer_id for row in postings[roster.pk] if row.employer_id})
            ],
            "columns": list(_COLUMNS),
            "postings": [_told(row) for row in postings[roster.pk]],
            **{name: getattr(roster, name) for name in _SAME.split()},
        }
        for roster in rosters.values()
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
    RosterImport.objects.bulk_create([roster], ignore_conflicts=True)
    rows = (dict(zip(content["columns"], values, strict=True)) for values in content["postings"])
    Posting.objects.bulk_create(
        (_posting(told, roster=content["id"]) for told in rows), batch_size=1000, ignore_conflicts=True
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
