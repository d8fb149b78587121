"""Secrecy is chosen when a batch is opened; state secrets never come in, and work secrets are for few."""

import pytest
from tests import factories

from nianlun.access.domain import NotVisible
from nianlun.archives import operations as archives
from nianlun.archives import queries as archive_queries
from nianlun.archives.domain import WORK_SECRETS_FOR, Category, DocumentKind
from nianlun.archives.operations import PageSize
from nianlun.digitization import operations
from nianlun.digitization.models import Batch
from nianlun.journal.models import Entry
from nianlun.kernel.identifiers import uuid7
from nianlun.vault.domain import Secrecy
from nianlun.vault.secrecy import STATE_SECRETS, StateSecret, given_secrecy, offered

TITLE = "某某工程参建人员名单"


def test_every_level_is_offered_and_only_the_first_three_are_taken():
    assert [label for _, label in offered()] == ["公开", "内部", "工作秘密", "秘密", "机密", "绝密"]
    assert [given_secrecy(s) for s in ("public", "internal", "work_secret", "?")] == [
        Secrecy.PUBLIC,
        Secrecy.INTERNAL,
        Secrecy.WORK_SECRET,
        Secrecy.INTERNAL,
    ]


@pytest.mark.parametrize("level", STATE_SECRETS)
def test_a_state_secret_is_refused_with_the_law_and_its_title_is_written_nowhere(
    level, agency, viewer, now
):
    with pytest.raises(StateSecret, match="保守国家秘密法"):
        operations.open_batch(
            TITLE, agency_id=agency.id, person_id=None, by=viewer("archivist"), at=now, secrecy=level
        )
    assert not Batch.objects.exists()
    entry = Entry.objects.get(action="digitization.state_secret_refused")
    assert (entry.outcome, entry.details) == ("refused", {"level": STATE_SECRETS[level]})
    assert not any(TITLE in str(e.details) + e.about for e in Entry.objects.all())


def test_the_page_says_why_and_shows_the_title_no_more(agency, viewer, client_of):
    client = client_of(viewer("archivist"))
    answer = client.post("/batches/", {"title": TITLE, "person": "", "secrecy": "secret"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "第三十一条" in page and TITLE not in page
    assert client.post("/batches/", {"title": "举报信", "secrecy": "work_secret"}).status_code == 302
    assert Batch.objects.get().secrecy == "work_secret"


def test_work_secrets_are_there_for_those_who_need_them_alone(agency, viewer, now):
    archives.open_fonds("B013", name=agency.name, agency_id=agency.id, by=None, at=now)
    item = uuid7()
    archives.file_item(
        item,
        agency_id=agency.id,
        title="举报信",
        category=Category.BUSINESS,
        document_kind=DocumentKind.STATEMENT,
        retention="D100",
        pages=[PageSize(width=1000, height=1400)],
        sha512=item.hex * 4,
        vault_object=f"urn:nianlun:item:{item}",
        file_name="original.jpg",
        media_type="image/jpeg",
        by=None,
        at=now,
        secrecy=Secrecy.WORK_SECRET,
    )
    for role in ("clerk", "archivist", "reviewer", "keeper", "leader"):
        assert archive_queries.item(viewer(role), item).secrecy is Secrecy.WORK_SECRET
    for role in ("scanner", "auditor", "system_officer", "policy_officer"):
        who = viewer(role)
        assert who.role not in WORK_SECRETS_FOR
        with pytest.raises(NotVisible):
            archive_queries.item(who, item)
        assert archive_queries.count_by_category(who) == {}
    with pytest.raises(NotVisible):
        archive_queries.item(viewer("archivist", scope=factories.agency("130102", "长安").division), item)
