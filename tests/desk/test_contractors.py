"""Contractors see the batches they were given, until those are closed, and nothing else (S2.6)."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from tests import factories
from tests.vault.small_archive import work

from nianlun.archives import operations as archives
from nianlun.digitization import assignments, operations, queries
from nianlun.journal import queries as journal
from nianlun.journal.queries import entry
from nianlun.vault.domain import Secrecy
from nianlun.watch.marking import entry_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def archivist(viewer):
    return viewer("archivist", name="王海")


@pytest.fixture
def scanner(viewer):
    return viewer("scanner", name="马小川")


@pytest.fixture
def batch(archivist, agency, person, now):
    return operations.open_batch("第一箱", agency_id=agency.id, person_id=person.id, by=archivist, at=now)


@pytest.fixture
def assigned(client_of, archivist, scanner, batch):
    """The archivist gives the batch to the contractor on its page; the contractor's browser."""
    answer = client_of(archivist).post(
        reverse("desk:batch-assign", args=[batch]), {"account": scanner.account_id}
    )
    assert answer.status_code == 302
    return client_of(scanner)


@pytest.fixture
def scanned(batch, agency, archivist, now, tmp_path, settings, monkeypatch):
    """A page in the batch, filed, with its picture at hand."""
    settings.VAULT_ROOT, settings.QUARANTINE = tmp_path / "vault", tmp_path / "quarantine"
    settings.DERIVED = tmp_path / "derived"
    archives.open_fonds("B013", name=agency.name, agency_id=agency.id, by=None, at=now)
    written = io.BytesIO()
    Image.new("L", (300, 420), 240).save(written, "JPEG")
    written.seek(0)
    monkeypatch.setattr("nianlun.digitization.jobs.reader", lambda: Blank())
    got = operations.receive(batch, name="登记表.jpg", stream=written, by=archivist, at=now)
    work()
    return got.sheet_id


class Blank:
    """Reads nothing: recognising characters is not what is looked at here."""

    def read(self, image):
        from nianlun.digitization.reading import PageReading

        return PageReading(width=image.width, height=image.height, kind="other", engine="none")


def addresses(batch, sheet):
    return [
        reverse("desk:batch", args=[batch]),
        reverse("desk:batch-progress", args=[batch]),
        reverse("desk:batch-sheet", args=[batch, sheet]),
        reverse("desk:batch-page", args=[batch, sheet, 1]),
    ]


def test_a_contractor_sees_the_batch_given_to_it_and_no_other(assigned, batch, agency, archivist, now):
    other = operations.open_batch("别人的", agency_id=agency.id, person_id=None, by=archivist, at=now)
    page = assigned.get(reverse("desk:batches")).content.decode()
    assert "第一箱" in page
    assert "别人的" not in page
    assert assigned.get(reverse("desk:batch", args=[batch])).status_code == 200
    assert assigned.get(reverse("desk:batch", args=[other])).status_code == 404
    for name in ("desk:search", "desk:people", "desk:review-queue"):
        assert assigned.get(reverse(name)).status_code == 404


def test_it_looks_at_pages_but_downloads_nothing_and_the_person_is_told(assigned, batch, scanned, person):
    for address in addresses(batch, scanned):
        assert assigned.get(address).status_code == 200, address
    picture = assigned.get(reverse("desk:batch-page", args=[batch, scanned, 1]))
    assert picture["Content-Type"] == "image/jpeg"
    for name in ("desk:original", "desk:item"):
        assert assigned.get(reverse(name, args=[scanned])).status_code == 404
    assert assigned.get(reverse("desk:page-image", args=[scanned, 1])).status_code == 404
    seen = journal.reads_of_person(person.id)
    assert any(line.purpose == "整理批次《第一箱》" and line.role_label == "外包扫描员" for line in seen)


def test_its_pictures_carry_its_name_in_their_pixels_and_lead_to_the_entry(
    assigned, batch, scanned, scanner
):
    given_out = assigned.get(reverse("desk:batch-page", args=[batch, scanned, 1])).content
    found = entry(entry_of(given_out), scope=scanner.scope)
    assert (found.line.action, found.line.account_id) == ("desk.item_seen", scanner.account_id)
    with Image.open(io.BytesIO(given_out)) as page:
        assert min(page.convert("L").getdata()) < 225  # the page itself is an even 240


def test_after_closing_nothing_is_there_and_nothing_more_comes_in(
    assigned, batch, scanned, client_of, archivist
):
    own = client_of(archivist)
    assert own.post(reverse("desk:batch-close", args=[batch])).status_code == 302
    for address in addresses(batch, scanned):
        assert assigned.get(address).status_code == 404, address
    upload = {"files": SimpleUploadedFile("又一份.jpg", b"\xff\xd8")}
    assert assigned.post(reverse("desk:batch-files", args=[batch]), upload).status_code == 404
    late = own.post(
        reverse("desk:batch-files", args=[batch]),
        {"files": SimpleUploadedFile("又一份.jpg", b"\xff\xd8\xff")},
        follow=True,
    )
    assert "已经关闭" in late.content.decode()
    assert len(queries.sheets(batch)) == 1


def test_a_batch_taken_back_is_gone_at_once(assigned, batch, client_of, archivist, scanner):
    client_of(archivist).post(reverse("desk:batch-release", args=[batch]), {"account": scanner.account_id})
    assert assigned.get(reverse("desk:batch", args=[batch])).status_code == 404
    assert assignments.assignments(batch) == []


def test_a_batch_with_unread_files_is_not_closed(batch, archivist, client_of, now, tmp_path, settings):
    settings.QUARANTINE = tmp_path / "quarantine"
    operations.receive(
        batch, name="表.jpg", stream=io.BytesIO(b"\xff\xd8"), by=archivist, at=now, start=False
    )
    page = client_of(archivist).post(reverse("desk:batch-close", args=[batch]), follow=True)
    assert "还有 1 件没有识读完" in page.content.decode()
    assert queries.batch(archivist, batch).closed_at is None


def test_work_secrets_and_other_agencies_contractors_are_not_assigned(
    client_of, archivist, scanner, agency, elsewhere, now
):
    secret = operations.open_batch(
        "举报材料", agency_id=agency.id, person_id=None, by=archivist, at=now, secrecy=Secrecy.WORK_SECRET
    )
    client = client_of(archivist)
    answer = client.post(
        reverse("desk:batch-assign", args=[secret]), {"account": scanner.account_id}, follow=True
    )
    assert "工作秘密不能分给外包人员" in answer.content.decode()
    stranger = factories.staff("scanner", scope=elsewhere.division)
    plain = operations.open_batch("第二箱", agency_id=agency.id, person_id=None, by=archivist, at=now)
    for account in (stranger.account_id, archivist.account_id, "", "x"):
        client.post(reverse("desk:batch-assign", args=[plain]), {"account": account})
    assert assignments.assignments(secret) == assignments.assignments(plain) == []


def test_a_contractor_opens_no_batch_and_arranges_none(assigned, batch, scanner):
    assert assigned.post(reverse("desk:batches"), {"title": "自己的"}).status_code == 403
    assert "开批次" not in assigned.get(reverse("desk:batches")).content.decode()
    for name in ("desk:batch-assign", "desk:batch-release", "desk:batch-close"):
        answer = assigned.post(reverse(name, args=[batch]), {"account": scanner.account_id})
        assert answer.status_code == 404


def test_the_agencys_own_people_open_the_item_with_a_purpose_instead(client_of, viewer, batch, scanned):
    clerk = client_of(viewer("clerk"))
    assert clerk.get(reverse("desk:batch-page", args=[batch, scanned, 1])).status_code == 404
