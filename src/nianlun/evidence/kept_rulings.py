"""Rulings and facts in the files kept with items: what was considered, decided and held true, and since when."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from nianlun.evidence.models import Claim, Considered, Fact, Ruling
from nianlun.vault.record_text import as_day, as_moment, day, moment

_SAME = "kind value rule by_rule reason return_reason is_sample"
_LATER = {
    Ruling.State.PROPOSED: 0,
    Ruling.State.RETURNED: 1,
    Ruling.State.IN_FORCE: 1,
    Ruling.State.SUPERSEDED: 2,
}


def told_rulings(
    item_ids: Collection[UUID],
) -> tuple[dict[UUID, dict[str, Any]], dict[UUID, list[UUID]]]:
    """Rulings that considered a claim of one of the items, and which of them belong to which item, oldest first."""
    links = Considered.objects.filter(claim__item_id__in=item_ids)
    of_item: dict[UUID, set[UUID]] = defaultdict(set)
    for item_id, ruling_id in links.values_list("claim__item_id", "ruling_id"):
        of_item[item_id].add(ruling_id)
    rows = list(Ruling.objects.filter(pk__in=set().union(*of_item.values())).order_by("proposed_at", "pk"))
    considered: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for link in Considered.objects.filter(ruling__in=rows).order_by("-decisive", "claim_id"):
        considered[link.ruling_id].append({"claim": str(link.claim_id), "decisive": link.decisive})
    facts = {fact.ruling_id: fact for fact in Fact.objects.filter(ruling__in=rows)}
    told = {row.pk: _told(row, considered=considered[row.pk], fact=facts.get(row.pk)) for row in rows}
    return told, defaultdict(
        list, {item: [row.pk for row in rows if row.pk in ids] for item, ids in of_item.items()}
    )


def _told(row: Ruling, *, considered: Sequence[Mapping[str, Any]], fact: Fact | None) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "person": str(row.person_id),
        "earliest": day(row.earliest),
        "latest": day(row.latest),
        "state": row.state,
        "proposed": {
            "by": row.proposed_by_id,
            "name": row.proposed_by_name,
            "at": moment(row.proposed_at),
        },
        "confirmed": {
            "by": row.confirmed_by_id,
            "name": row.confirmed_by_name,
            "at": moment(row.confirmed_at),
        },
        "considered": considered,
        "fact": fact
        and {
            "id": str(fact.pk),
            "value": fact.value,
            "earliest": day(fact.earliest),
            "latest": day(fact.latest),
            "known_since": moment(fact.known_since),
            "known_until": moment(fact.known_until),
        },
        **{name: getattr(row, name) for name in _SAME.split()},
    }


def restore_rulings(contents: Sequence[Mapping[str, Any]]) -> None:
    """Bring rulings and their facts back; the claims they considered may lie in objects that come later."""
    for told in contents:
        _restore_ruling(told)
    for told in sorted(contents, key=lambda c: c["fact"]["known_since"] if c["fact"] else ""):
        if told["fact"]:
            _restore_fact(told, told["fact"])


def tie_rulings(contents: Sequence[Mapping[str, Any]]) -> None:
    """Tie rulings to the claims they considered, once all that can come back is there."""
    named = {UUID(link["claim"]) for told in contents for link in told["considered"]}
    there = set(Claim.objects.filter(pk__in=named).values_list("pk", flat=True))
    links = [
        Considered(ruling_id=told["id"], claim_id=link["claim"], decisive=link["decisive"])
        for told in contents
        for link in told["considered"]
        if UUID(link["claim"]) in there
    ]
    Considered.objects.bulk_create(links, ignore_conflicts=True)


def _restore_ruling(told: Mapping[str, Any]) -> None:
    proposed, confirmed = told["proposed"], told["confirmed"]
    says = {
        "state": told["state"],
        "confirmed_by_id": confirmed["by"],
        "confirmed_by_name": confirmed["name"],
        "confirmed_at": as_moment(confirmed["at"]),
        "return_reason": told["return_reason"],
    }
    fixed = {
        "person_id": told["person"],
        "earliest": as_day(told["earliest"]),
        "latest": as_day(told["latest"]),
        "proposed_by_id": proposed["by"],
        "proposed_by_name": proposed["name"],
        "proposed_at": as_moment(proposed["at"]),
        **{name: told[name] for name in _SAME.split()},
    }
    row, new = Ruling.objects.get_or_create(pk=told["id"], defaults={**fixed, **says})
    if not new and _LATER[Ruling.State(told["state"])] > _LATER[Ruling.State(row.state)]:
        Ruling.objects.filter(pk=row.pk).update(**says)


def _restore_fact(ruling: Mapping[str, Any], told: Mapping[str, Any]) -> None:
    """A fact as it is told; of two that both claim to hold, the one known later ended the other, as confirming does."""
    since, until = as_moment(told["known_since"]), as_moment(told["known_until"])
    there = Fact.objects.filter(pk=told["id"])
    if there.exists():
        if until is not None:
            there.filter(known_until=None).update(known_until=until)
        return
    holds = Fact.objects.filter(person_id=ruling["person"], kind=ruling["kind"], known_until=None).first()
    if until is None and holds is not None:
        if holds.known_since < since:
            ended, holds.known_until = holds.ruling_id, since
            holds.save(update_fields=["known_until"])
        else:
            ended, until = UUID(ruling["id"]), holds.known_since
        Ruling.objects.filter(pk=ended).update(state=Ruling.State.SUPERSEDED)
    Fact.objects.create(
        pk=told["id"],
        person_id=ruling["person"],
        kind=ruling["kind"],
        value=told["value"],
        earliest=as_day(told["earliest"]),
        latest=as_day(told["latest"]),
        ruling_id=ruling["id"],
        known_since=since,
        known_until=until,
    )
