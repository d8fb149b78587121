"""Cases made again from the vault alone: the filed one as it was, the open one so that it can be worked on."""

import json
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import transaction
from tests import factories
from tests.business.counter import Counter, accepted, passed, version_of
from tests.business.papers import work

from nianlun.archives import numbering
from nianlun.archives import operations as archives
from nianlun.archives.models import CodeSequence, Item
from nianlun.cases import keeping, moving
from nianlun.cases.models import Action, Case, Duty, Filing, Material, Slip
from nianlun.cases.operations import filing
from nianlun.registry.models import Person
from nianlun.vault import keeping as vault_keeping
from nianlun.vault.rebuilding import rebuild

pytestmark = pytest.mark.django_db(transaction=True)
LATER = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
WITHOUT = {"request_key", "holder_id"}  # the form that opened it, and whose desk it lay on


def dump() -> dict[str, object]:
    """What must come back, by value."""
    cases = [
        {k: bytes(v) if isinstance(v, memoryview) else v for k, v in row.items() if k not in WITHOUT}
        for row in Case.objects.order_by("pk").values()
    ]
    actions = Action.objects.order_by("case", "number").values(
        "case", "number", "move", "text", "account", "at"
    )
    slips = Slip.objects.order_by("number").values(
        "id", "number", "kind", "file_name", "for_action__number"
    )
    return {
        "cases": cases,
        "actions": list(actions),
        "duties": list(Duty.objects.order_by("case", "at").values("case", "account", "step", "at")),
        "materials": list(
            Material.objects.order_by("case", "at").values("case", "requirement", "how", "at")
        ),
        "slips": list(slips),
        "filings": list(Filing.objects.values()),
        "items": list(Item.objects.values("id", "code", "title", "sha512")),
        "numbers": list(CodeSequence.objects.order_by("prefix").values()),
    }


def test_the_vault_alone_brings_cases_back_filed_and_open(settings, tmp_path, monkeypatch):
    settings.VAULT_ROOT = tmp_path / "vault"
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])
    agency, counter = factories.agency(), Counter()
    archives.open_fonds("B013", name=agency.name, agency_id=agency.id, by=None, at=factories.START)
    done = accepted(counter, person_id=factories.person(name="周桂兰").id)
    passed(counter, done, "clerk", "reviewer", "leader")
    under_way = accepted(counter, person_id=factories.person(name="张伟").id)
    work()
    seen = {"version": version_of(counter, done), "edition": 1}
    filing.file(done, by=counter.archivist, at=counter.tick(), **seen)
    passed(counter, under_way, "clerk")
    for row in Case.objects.all():  # the quiet time is over
        with transaction.atomic():
            vault_keeping.write(_record_of(row.object_id), at=counter.tick())
    before = dump()
    call_command("flush", interactive=False, verbosity=0)

    report = rebuild(at=LATER)
    assert report.unreadable == ()
    assert (report.counts["cases"], report.counts["items"]) == (2, 1)
    after = dump()
    assert after == before
    assert moving.type_of(Case.objects.get(pk=under_way)).code == "retirement"
    told = json.loads(
        vault_keeping.files_of([Case.objects.get(pk=under_way).object_id]).popitem()[1][keeping.FILE]
    )
    assert told["state_label"] == "复核"


def _record_of(object_id: str) -> int:
    from nianlun.vault.models import KeptRecord

    return KeptRecord.objects.get(object__object_id=object_id).pk


def test_personal_numbers_go_on_after_the_last_one_given_out():
    """What cases counted is counted anew from what came back, so that no new person meets an old one's number."""
    line = factories.person()
    Person.objects.filter(pk=line.id).update(personal_number=f"{line.division}00000041")
    keeping._finish(LATER, 0)
    assert numbering.next_number(f"person-{line.division}") == 42
