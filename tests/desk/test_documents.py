"""The register of issued documents as staff see it, and withdrawing one."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from nianlun.journal import certificates
from nianlun.journal.certificates import Kind
from nianlun.kernel.document_codes import new_code
from nianlun.ui.stamp import VERIFY

pytestmark = pytest.mark.django_db


@pytest.fixture
def give_out(agency, viewer):
    """`give_out(n)` issues the n-th paper and returns its code."""

    def make(n: int = 0) -> str:
        code = new_code()
        certificates.seal(
            code, b"%d" % n, kind=Kind.COPY, about_id=str(n), person_id=None, holder="周桂兰", pages=2,
            agency_name=agency.name, division=agency.division, by=viewer("archivist"), at=timezone.now(),
        )  # fmt: skip
        return code

    return make


def test_a_paper_given_out_is_listed_and_withdrawn_with_a_reason(client_of, viewer, give_out):
    code = give_out()
    client = client_of(viewer("reviewer"))
    page = client.get(reverse("desk:documents")).content.decode()
    assert "档案复制件" in page and "周某某" in page and "桂兰" not in page and code not in page
    address = reverse("desk:document-withdraw", args=[certificates.by_code(code).id])
    assert "4 到 200 个字" in client.post(address, {"reason": "错"}, follow=True).content.decode()
    assert "已撤回" in client.post(address, {"reason": "漏了第二页"}, follow=True).content.decode()
    assert "已撤回" in Client().get(f"{VERIFY}{code}").content.decode()


def test_another_scope_and_another_role_find_nothing(client_of, viewer, give_out):
    code = give_out()
    far = client_of(viewer("reviewer", scope="130102"))
    assert "还没有出具过文件" in far.get(reverse("desk:documents")).content.decode()
    address = reverse("desk:document-withdraw", args=[certificates.by_code(code).id])
    assert "不在您的业务范围内" in far.post(address, {"reason": "漏了第二页"}, follow=True).content.decode()
    for role in ("clerk", "auditor", "leader", "insured"):
        assert client_of(viewer(role)).get(reverse("desk:documents")).status_code == 404
    assert certificates.by_code(code).standing is certificates.Standing.VALID


def test_a_long_register_is_turned_page_by_page_with_as_many_questions_as_a_short_one(
    client_of, viewer, give_out
):
    client = client_of(viewer("archivist"))

    def asked() -> tuple[int, str]:
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("desk:documents")).content.decode()
        return len(queries), page

    give_out()
    asked()  # a session's first page notes when it was seen
    few, _ = asked()
    for n in range(1, 53):
        give_out(n)
    many, page = asked()
    assert few == many
    older = page.split('" rel="next"')[0].rsplit('href="', 1)[1]
    assert client.get(older).content.decode().count("档案复制件") == 3
