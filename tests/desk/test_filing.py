"""The filing desk: the queue, one look, one button."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.business.counter import Counter, accepted, passed
from tests.business.papers import work

from nianlun.archives import operations as archives
from nianlun.archives.models import Item
from nianlun.cases.models import Case, Slip

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter(settings, tmp_path, monkeypatch, agency):
    settings.VAULT_ROOT = tmp_path / "vault"
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])
    archives.open_fonds("B013", name=agency.name, agency_id=agency.id, by=None, at=factories.START)
    return Counter()


def ended(counter, name="周桂兰"):
    case_id = accepted(counter, person_id=factories.person(name=name).id)
    passed(counter, case_id, "clerk", "reviewer", "leader")
    return Case.objects.get(pk=case_id)


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(version|edition)" value="(\d+)"', page))


def test_an_archivist_looks_corrects_files_and_finds_the_item_that_leads_back_to_the_case(
    counter, client_of
):
    row = ended(counter)
    client = client_of(counter.archivist)
    address = f"/filing/{row.number}/"
    assert "正在生成阅读件" in client.get(address).content.decode()
    work()
    queue = client.get("/filing/").content.decode()
    assert "可以归档" in queue and "超期" in queue and f"周桂兰退休审核（{row.number}）" in queue
    look = client.get(address).content.decode()
    assert "办结单" in look and "B013-ZY·YL·2026·D100·J-00001" in look
    assert client.get(f"{address}pages/1/")["Content-Type"].startswith("image/")
    assert client.get(f"{address}pages/99/").status_code == 404

    shorter = {"title": "周桂兰退休审核", "retention": "D10", "secrecy": "internal", **hidden(look)}
    refused = client.post(f"{address}describe/", shorter)
    assert refused.status_code == 403 and "只能延长" in refused.content.decode()
    assert client.post(f"{address}describe/", {**shorter, "retention": "Y"}).status_code == 302
    stale = client.post(f"{address}file/", hidden(look))
    assert stale.status_code == 403 and "刚刚改过" in stale.content.decode()
    answer = client.post(f"{address}file/", hidden(client.get(address).content.decode()), follow=True)
    assert "已归档，档号 B013-ZY·YL·2026·Y·J-00001" in answer.content.decode()

    item = Item.objects.get()
    state = factories.purpose(counter.archivist, row.person_id)
    page = client.get(f"/items/{item.pk}/").content.decode()
    assert state and f"看办件 {row.number}" in page and "业务办件" in page
    assert item.title in client.get("/registers/business/").content.decode()
    again = client.post(f"{address}file/", {"version": "1", "edition": "1"}, follow=True).content.decode()
    assert counter.archivist.name in again and Item.objects.count() == 1


def test_several_are_filed_with_one_button_and_the_others_named_with_their_reason(counter, client_of):
    ready, not_yet = ended(counter, "张伟"), None
    work()
    not_yet = ended(counter, "李娜")
    client = client_of(counter.archivist)
    chosen = re.findall(r'name="case" value="([^"]+)"', client.get("/filing/").content.decode())
    assert len(chosen) == 1
    page = client.post(
        "/filing/", {"case": [*chosen, f"{not_yet.pk}~{not_yet.version}~1", "nonsense"]}, follow=True
    ).content.decode()
    assert "已归档 1 件" in page and f"{not_yet.number}没有归档" in page
    ready.refresh_from_db()
    assert ready.state == "filed"
    assert "没有选中" in client.post("/filing/", follow=True).content.decode()


def test_the_queue_asks_the_database_the_same_number_of_questions_however_long_it_is(counter, client_of):
    client = client_of(counter.archivist)
    ended(counter, "张伟")
    client.get("/filing/")
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/filing/")
    ended(counter, "李娜")
    with CaptureQueriesContext(connection) as two:
        client.get("/filing/")
    assert len(two) == len(one)


@pytest.mark.parametrize("role", ["clerk", "reviewer", "insured"])
def test_only_who_may_file_sees_the_queue(counter, client_of, role, person):
    who = factories.insured(person) if role == "insured" else factories.staff(role)
    assert client_of(who).get("/filing/").status_code == 404


def test_a_paper_opened_on_the_own_phone_is_delivered_with_that_once(counter, client_of):
    person = factories.person()
    case_id = accepted(counter, person_id=person.id)
    work()
    row, slip = Case.objects.get(pk=case_id), Slip.objects.get()
    own = client_of(factories.insured(person))
    for _ in range(2):
        answer = own.get(f"/my/cases/{row.number}/slips/{slip.pk}/")
        assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert row.actions.filter(move="deliver", details__way="read").count() == 1
