"""The bytes of an item where they are sealed, destroyed or cannot be read; and what stands against destroying them."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from PIL import Image
from tests import factories

from nianlun.access.domain import NotVisible
from nianlun.archives import operations as archives
from nianlun.archives import queries as catalogue
from nianlun.archives.domain import Category, DocumentKind
from nianlun.archives.operations import PageSize
from nianlun.contributions.models import RosterImport
from nianlun.digitization import page_images
from nianlun.digitization.models import Reading
from nianlun.digitization.operations import record_reading
from nianlun.digitization.reading import Line, PageReading
from nianlun.evidence.models import Claim
from nianlun.kernel.dates import parse_partial_date
from nianlun.vault import destroying, operations, queries
from nianlun.vault.destroying import Hindered
from nianlun.vault.domain import Secrecy

AUTHORITY = "销毁清册 2026-01"


@pytest.fixture(scope="module")
def paper_image():
    """A blank sheet: what is on it does not matter here."""
    written = io.BytesIO()
    Image.new("L", (300, 420), 240).save(written, "JPEG")
    return written.getvalue()


@pytest.fixture
def file_item(fonds, agency, now, paper_image, settings, tmp_path):
    settings.PRIVATE = tmp_path / "private"

    def file(*, secrecy=Secrecy.INTERNAL, retention="D10", recorded="1995-03-01"):
        item_id = uuid4()
        vault_object = f"urn:nianlun:item:{item_id}"
        operations.store(
            vault_object, {"original.jpg": paper_image}, by=None, message="t", at=now, secrecy=secrecy
        )
        archives.file_item(
            item_id,
            agency_id=agency.id,
            title="丧葬补助金申领表",
            category=Category.BUSINESS,
            document_kind=DocumentKind.OTHER,
            retention=retention,
            pages=[PageSize(width=1240, height=1754)],
            sha512=f"{item_id.hex}" * 4,
            vault_object=vault_object,
            file_name="original.jpg",
            media_type="image/jpeg",
            by=None,
            at=now,
            recorded=parse_partial_date(recorded),
            secrecy=secrecy,
        )
        return item_id

    return file


def object_of(item_id):
    return f"urn:nianlun:item:{item_id}"


def pictures(folders):
    return [path for path in (folders / "derived").rglob("*") if path.is_file()]


def destroy(item_id, *, viewer, at):
    asked = destroying.propose(object_of(item_id), AUTHORITY, by=viewer("archivist"), at=at)
    destroying.decide(asked, approve=True, by=viewer("leader"), at=at)


def test_pictures_of_a_work_secret_are_shown_and_not_kept(client_of, viewer, file_item, folders):
    kept, secret = file_item(), file_item(secrecy=Secrecy.WORK_SECRET)
    client = client_of(viewer("archivist"))
    for item_id in (secret, kept):
        shown = client.get(reverse("desk:page-image", args=[item_id, 1]))
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert {path.parent.name for path in pictures(folders)} == {kept.hex}
    assert list((folders / "private").iterdir()) == []


def test_the_original_of_a_work_secret_is_the_original(client_of, viewer, file_item, paper_image):
    answer = client_of(viewer("archivist")).get(
        reverse("desk:original", args=[file_item(secrecy=Secrecy.WORK_SECRET)])
    )
    assert b"".join(answer.streaming_content) == paper_image
    assert answer["Content-Length"] == str(len(paper_image))


@pytest.mark.parametrize("secrecy", [Secrecy.INTERNAL, Secrecy.WORK_SECRET])
def test_of_a_destroyed_item_nothing_is_left_but_what_was_and_who_destroyed_it(
    client_of, viewer, file_item, folders, now, secrecy
):
    item_id = file_item(secrecy=secrecy)
    client = client_of(viewer("archivist"))
    client.get(reverse("desk:page-image", args=[item_id, 1]))
    page = catalogue.pages(item_id)[0]
    read = PageReading(
        width=10,
        height=10,
        kind="other",
        engine="e",
        lines=(Line(text="周玉兰 丧葬补助金", box=((0, 0), (1, 0), (1, 1), (0, 1)), confidence=1.0),),
    )
    record_reading(page.id, reading=read, at=now)
    destroy(item_id, viewer=viewer, at=now)
    for name, arguments in (("desk:page-image", [item_id, 1]), ("desk:original", [item_id])):
        answer = client.get(reverse(name, args=arguments))
        assert answer.status_code == 410
        assert AUTHORITY in answer.content.decode()
    shown = client.get(reverse("desk:item", args=[item_id])).content.decode()
    assert "依法销毁" in shown
    assert reverse("desk:original", args=[item_id]) not in shown
    assert pictures(folders) == []
    reading = Reading.objects.get(page_id=page.id)
    assert (reading.lines, reading.text, reading.engine) == ([], "", "e")


def test_a_damaged_original_is_told_and_no_failure(client_of, viewer, file_item):
    item_id = file_item(secrecy=Secrecy.WORK_SECRET)
    path = queries.root().path_of(object_of(item_id), "original.jpg")
    path.write_bytes(path.read_bytes()[:-1])
    for name, arguments in (("desk:page-image", [item_id, 1]), ("desk:original", [item_id])):
        answer = client_of(viewer("archivist")).get(reverse(name, args=arguments))
        assert answer.status_code == 503
        assert "恢复" in answer.content.decode()


@pytest.mark.parametrize(
    ("retention", "recorded", "said"),
    [
        ("Y", "1960-01-01", "永久"),
        ("D100", "1979-08-21", "2080-01-01"),
        ("D30", "1996-02-01", "2027-01-01"),
    ],
)
def test_an_item_is_not_destroyed_before_its_term_is_over(
    viewer, file_item, now, retention, recorded, said
):
    item_id = file_item(retention=retention, recorded=recorded)
    with pytest.raises(Hindered, match=said):
        destroying.propose(object_of(item_id), AUTHORITY, by=viewer("archivist"), at=now)


def test_an_item_that_claims_rest_on_is_not_destroyed(viewer, file_item, now):
    item_id = file_item()
    page = catalogue.pages(item_id)[0]
    Claim.objects.create(
        item_id=item_id,
        page_id=page.id,
        number=1,
        kind="birth_date",
        machine_confidence=1,
        drawn=[],
        polygon=[],
        proposed_at=now,
    )
    with pytest.raises(Hindered, match="1 条主张"):
        destroying.propose(object_of(item_id), AUTHORITY, by=viewer("archivist"), at=now)


def test_a_roster_that_months_were_booked_from_is_not_destroyed(viewer, folders, now, transactional_db):
    operations.store("urn:nianlun:roster:1", {"original.xlsx": b"1"}, by=None, message="t", at=now)
    row = RosterImport.objects.create(
        sha512="0" * 128, name="2008 年 3 月.xlsx", vault_object="urn:nianlun:roster:1", rows=2,
        added_postings=2, known_rows=0, refused_rows=0, at=now, state="alone",
    )  # fmt: skip
    with pytest.raises(Hindered, match="凭证"):
        destroying.propose("urn:nianlun:roster:1", AUTHORITY, by=viewer("archivist"), at=now)
    row.delete()
    row = RosterImport.objects.create(
        sha512="0" * 128, name="2008 年 3 月.xlsx", vault_object="urn:nianlun:roster:1", rows=2,
        added_postings=0, known_rows=0, refused_rows=0, at=now, by_id=viewer("clerk").account_id,
    )  # fmt: skip
    with pytest.raises(Hindered, match="等复核"):
        destroying.propose("urn:nianlun:roster:1", AUTHORITY, by=viewer("archivist"), at=now)
    row.state, row.decided_by_id, row.decided_at = "returned", viewer("reviewer").account_id, now
    row.save()
    assert destroying.propose("urn:nianlun:roster:1", AUTHORITY, by=viewer("archivist"), at=now)


def test_another_agencys_item_is_not_there_to_destroy(file_item, elsewhere, now):
    item_id = file_item()
    stranger = factories.staff("archivist", scope=elsewhere.division)
    with pytest.raises(NotVisible):
        destroying.propose(object_of(item_id), AUTHORITY, by=stranger, at=now)


def test_the_term_is_looked_at_again_on_the_day_of_the_decision(viewer, file_item, now):
    item_id = file_item(retention="D30", recorded="1996-02-01")
    asked = destroying.propose(
        object_of(item_id), AUTHORITY, by=viewer("archivist"), at=now + timedelta(days=60)
    )
    with pytest.raises(Hindered, match="2027-01-01"):
        destroying.decide(asked, approve=True, by=viewer("leader"), at=now)


def test_a_picture_that_may_not_be_kept_is_not_kept(folders, paper_image):
    path = folders / "paper.jpg"
    path.write_bytes(paper_image)
    with page_images.OpenedFile(path) as file:
        page_images.rasterise(file, item_id=uuid4(), number=1, keep=False)
        assert pictures(folders) == []
