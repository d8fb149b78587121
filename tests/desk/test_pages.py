"""The staff's pages, answered without a browser: scope, purpose, what is refused and how."""

from uuid import uuid4

import pytest
from django.urls import reverse
from tests import factories

from nianlun.evidence import queries as evidence
from nianlun.evidence.domain import Kind
from nianlun.journal import queries as journal

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_for(client_of, viewer):
    """`open_for(person, role)` is a browser of that role in which a purpose for the person is stated."""

    def opened(person, role="clerk"):
        client = client_of(viewer(role))
        client.post(reverse("access:purpose", args=[person.id]), {"purpose": "退休待遇核定前核对档案"})
        return client

    return opened


def test_a_person_page_asks_for_the_purpose_first(client_of, viewer, person):
    answer = client_of(viewer("clerk")).get(reverse("desk:person", args=[person.id]))
    assert answer.status_code == 302
    assert "/purpose/" in answer["Location"]


def test_the_person_page_stands_with_its_figures_and_leaves_its_trace(open_for, file_paper, settle, person):
    settle(file_paper(birth_date="1966-04-28", work_start="1984-09-01", unit="保定第二棉纺厂"))
    answer = open_for(person).get(reverse("desk:person", args=[person.id]))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "权益年轮" in page
    assert "1966-04-28" in page
    assert person.masked_identity_number in page
    assert "no-store" in answer["Cache-Control"]
    [seen] = [line for line in journal.reads_of_person(person.id) if "权益年轮" in line.what]
    assert seen.purpose == "退休待遇核定前核对档案"


def test_a_figure_leads_through_its_derivation_to_the_region_of_the_page(
    open_for, file_paper, settle, person
):
    item_id = file_paper(birth_date="1966-04-28")
    settle(item_id)
    client = open_for(person)
    why = client.get(reverse("desk:why", args=[person.id, "birth_date"])).content.decode()
    claim = next(c for c in evidence.claims_of_item(item_id) if c.kind is Kind.BIRTH_DATE)
    address = reverse("desk:claim", args=[claim.id])
    assert address in why
    assert client.get(address)["Location"] == f"{reverse('desk:item', args=[item_id])}?claim={claim.id}"


def test_what_lies_out_of_scope_looks_like_what_is_not_there(client_of, viewer, elsewhere, file_paper):
    stranger = factories.person(elsewhere)
    item_id = file_paper(birth_date="1966-04-28")
    claim = evidence.claims_of_item(item_id)[0]
    far = client_of(viewer("clerk", scope=elsewhere.division))
    near = client_of(viewer("clerk"))
    missing = uuid4()
    for client, address in (
        (near, reverse("desk:person", args=[stranger.id])),
        (near, reverse("desk:person", args=[missing])),
        (far, reverse("desk:item", args=[item_id])),
        (far, reverse("desk:page-image", args=[item_id, 1])),
        (far, reverse("desk:original", args=[item_id])),
        (far, reverse("desk:claim", args=[claim.id])),
        (far, reverse("desk:claim", args=[missing])),
        (far, reverse("desk:review", args=[item_id])),
    ):
        assert client.get(address).status_code == 404, address
    assert (
        far.post(reverse("desk:review-decide", args=[claim.id]), {"decision": "accept"}).status_code == 404
    )


def test_originals_are_downloads_in_a_sandbox(open_for, person, agency, now, folders):
    """S4.6"""
    from nianlun.archives import operations as archives
    from nianlun.archives.domain import Category, DocumentKind
    from nianlun.archives.operations import PageSize
    from nianlun.vault import operations as vault

    archives.open_fonds("B013", name=agency.name, agency_id=agency.id, by=None, at=now)
    item_id = uuid4()
    content = b"<html><script>alert(1)</script></html>"
    vault.store(f"urn:test:{item_id}", files={"original.html": content}, by=None, message="t", at=now)
    archives.file_item(
        item_id,
        agency_id=agency.id,
        title="坏心眼的原件",
        category=Category.BUSINESS,
        document_kind=DocumentKind.OTHER,
        retention="D100",
        pages=[PageSize(width=10, height=10)],
        sha512="0" * 128,
        vault_object=f"urn:test:{item_id}",
        file_name="original.html",
        media_type="text/html",
        by=None,
        at=now,
        person_id=person.id,
    )
    answer = open_for(person).get(reverse("desk:original", args=[item_id]))
    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_the_full_number_is_shown_once_and_journaled_on_its_own(open_for, person):
    client = open_for(person)
    shown = client.post(reverse("desk:reveal-identity", args=[person.id]))
    assert shown.status_code == 200
    assert person.masked_identity_number not in shown.content.decode()
    assert "显示完整证件号" in [line.what for line in journal.reads_of_person(person.id)]
    again = client.get(reverse("desk:person", args=[person.id])).content.decode()
    assert person.masked_identity_number in again


def test_two_characters_of_a_name_find_the_person_and_nobody_out_of_scope(
    client_of, viewer, agency, elsewhere
):
    factories.person(agency, name="欧阳建国")
    factories.person(elsewhere, name="欧阳志强")
    page = client_of(viewer("clerk")).get(reverse("desk:search"), {"q": "欧阳"}).content.decode()
    assert "欧阳建国" in page
    assert "欧阳志强" not in page


def test_the_one_box_finds_by_identity_number_and_by_personal_number(client_of, viewer, agency):
    number = factories.identity_number()
    someone = factories.person(agency, name="欧阳建国", number=number)
    client = client_of(viewer("clerk"))
    found = client.get(reverse("desk:search"), {"q": someone.personal_number})
    assert "欧阳建国" in found.content.decode()
    found = client.post(reverse("desk:find"), {"next": reverse("desk:search"), "q": number})
    assert found["Location"] == reverse("desk:person", args=[someone.id])


def test_nobody_registers_a_person_alone_the_page_leads_to_the_case(client_of, viewer, agency):
    client = client_of(viewer("clerk"))
    assert client.post("/people/new/", {"name": "白凤兰"}).status_code == 404
    assert "/cases/new/person_registration/" in client.get(reverse("desk:people")).content.decode()
