"""A certified copy: checked against the original, every page of it, to be verified by anybody."""

import io
import re
from uuid import uuid4

import pikepdf
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests.desk.test_pages import open_for as open_for
from tests.entitlements.test_form import texts

from nianlun.archives import operations as archives
from nianlun.archives.domain import Category, DocumentKind
from nianlun.archives.operations import PageSize
from nianlun.desk import certified_copy
from nianlun.journal import certificates
from nianlun.journal.models import Entry, IssuedDocument
from nianlun.kernel.digests import digest_bytes
from nianlun.ui.stamp import VERIFY, stamped_code
from nianlun.vault import operations as vault
from nianlun.vault.domain import Secrecy


def tiff(pages: int) -> bytes:
    """Pages told apart by how dark they are."""
    made = [Image.new("L", (600, 850), 40 * n + 30) for n in range(pages)]
    held = io.BytesIO()
    made[0].save(held, "TIFF", save_all=True, append_images=made[1:], dpi=(150, 150))
    return held.getvalue()


@pytest.fixture
def file_item(fonds, agency, person, now):
    """`file_item(pages)` files an item of grey pages for the person; returns its id."""

    def make(pages: int = 3, *, content: bytes = b"", secrecy=Secrecy.INTERNAL, title="职工调动登记表"):
        content = content or tiff(pages)
        item_id = uuid4()
        vault.store(f"urn:test:{item_id}", files={"original.tiff": content}, by=None, message="t", at=now)
        archives.file_item(
            item_id, agency_id=agency.id, title=title, category=Category.BUSINESS,
            document_kind=DocumentKind.OTHER, retention="D100", pages=[PageSize(width=600, height=850)] * pages,
            sha512=digest_bytes(content).sha512, vault_object=f"urn:test:{item_id}", file_name="original.tiff",
            media_type="image/tiff", by=None, at=now, person_id=person.id, secrecy=secrecy,
        )  # fmt: skip
        return item_id

    return make


def copy(client, item_id):
    return client.post(reverse("desk:certified-copy", args=[item_id]))


def test_the_copy_has_a_cover_and_every_page_and_anybody_may_verify_it(open_for, file_item, person, agency):
    item_id = file_item(3)
    client = open_for(person, "archivist")
    assert "出具复制件" in client.get(reverse("desk:item", args=[item_id])).content.decode()
    answer = copy(client, item_id)
    assert answer["Content-Type"] == "application/pdf" and "sandbox" in answer["Content-Security-Policy"]
    cover, *pages = texts(answer.content)
    code = stamped_code(answer.content)
    for word in ("与原件核对一致", "职工调动登记表", agency.name, "库内所存原件，3页", code, "档案员"):
        assert word in cover, word
    assert digest_bytes(tiff(3)).sm3 in re.sub("[^0-9a-f]", "", cover)
    assert [f"原件第{n}页" in page for n, page in enumerate(pages, 1)] == [True] * 3
    page = Client().get(f"{VERIFY}{code}").content.decode()
    assert "档案复制件" in page and "4 页" in page and "张某" in page


def test_the_copy_is_pdf_a_with_the_pictures_as_they_are(open_for, file_item, person):
    answer = copy(open_for(person, "archivist"), file_item(2))
    with pikepdf.open(io.BytesIO(answer.content)) as pdf, pdf.open_metadata() as said:
        assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("2", "B")
        sizes = [
            (int(image.Width), int(image.Height))
            for page in list(pdf.pages)[1:]
            for form in page.resources.XObject.values()
            for image in images(form)
        ]
    assert len(sizes) == 2 and all(0.69 < wide / high < 0.72 for wide, high in sizes)


def images(found):
    """The pictures in a form, however deep."""
    if found.Subtype == "/Image":
        return [found]
    inner = found.Resources.get("/XObject", {}) if "/Resources" in found else {}
    return [image for each in inner.values() for image in images(each)]


def test_an_original_that_changed_is_not_certified(open_for, file_item, person, monkeypatch):
    item_id = file_item(1)
    client = open_for(person, "archivist")
    monkeypatch.setattr(
        certified_copy, "digest_chunks", lambda chunks: digest_bytes(b"other" + b"".join(chunks))
    )
    assert copy(client, item_id).status_code == 302
    assert "与入库时的摘要不符" in client.get(reverse("desk:item", args=[item_id])).content.decode()
    assert not IssuedDocument.objects.exists()
    assert not Entry.objects.filter(action=certificates.ISSUED).exists()


def test_more_pages_than_can_be_copied_at_once_are_refused(open_for, file_item, person, monkeypatch):
    monkeypatch.setattr(certified_copy, "MOST_PAGES", 2)
    item_id = file_item(3)
    client = open_for(person, "archivist")
    copy(client, item_id)
    assert "一次最多出具 2 页" in client.get(reverse("desk:item", args=[item_id])).content.decode()


def test_what_cannot_be_rendered_or_printed_says_so(open_for, file_item, person):
    client = open_for(person, "archivist")
    for item_id in (file_item(1, content=b"no picture"), file_item(1, title="\ue123职工登记表")):
        answer = client.post(reverse("desk:certified-copy", args=[item_id]), follow=True)
        assert 'class="message error"' in answer.content.decode()
    assert not IssuedDocument.objects.exists()


def test_only_the_archivist_of_the_scope_certifies_and_only_for_a_purpose(
    open_for, client_of, viewer, file_item, person
):
    item_id = file_item(1)
    for role in ("clerk", "reviewer", "leader"):
        assert copy(open_for(person, role), item_id).status_code == 404
    assert copy(client_of(viewer("archivist", scope="130102")), item_id).status_code == 404
    assert "办哪件事" in copy(client_of(viewer("archivist")), item_id).content.decode()
    assert not IssuedDocument.objects.exists()


def test_copies_of_work_secrets_are_for_those_who_may_see_them(open_for, file_item, person):
    from nianlun.archives.queries import WORK_SECRETS_FOR

    item_id = file_item(1, secrecy=Secrecy.WORK_SECRET)
    expected = 200 if "archivist" in {role.value for role in WORK_SECRETS_FOR} else 404
    assert copy(open_for(person, "archivist"), item_id).status_code == expected
