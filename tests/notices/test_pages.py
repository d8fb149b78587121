"""The pages: what staff and the insured person see and do, and what stays out of sight."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import factories
from tests.notices.test_outbox import PHONE, SUPPLEMENT, reachable, told

from nianlun.journal.models import Entry
from nianlun.notices import operations, queries
from nianlun.notices.domain import Delivery
from nianlun.notices.gateway import Rejected
from nianlun.notices.models import Contact, Notice, StaffNotice, WrittenService


@pytest.fixture
def failed(person):
    """A statutory notice whose message the gateway refused."""
    message = told(reachable(person))
    operations.conclude_try(message.pk, number=0, answer=Rejected("网关拒收：空号"), at=timezone.now())
    return Notice.objects.get(pk=message.notice_id)


def test_the_list_names_what_waits_for_a_person_and_says_that_there_is_no_gateway(
    failed, agency, viewer, client_of
):
    told(reachable(factories.person(agency, name="李娜")), key="case-2")
    client = client_of(viewer("clerk"))
    whole, to_do = client.get("/notices/").text, client.get("/notices/?show=todo").text
    assert "李娜" in whole
    assert "李娜" not in to_do
    assert "张伟" in to_do
    assert "没有送达" in to_do
    assert "还没有配置短信网关" in to_do
    assert Entry.objects.filter(action="notices.list_seen", rows=2).exists()


def test_a_statutory_notice_that_cannot_go_out_waits_for_a_person_until_it_is_read(person, viewer):
    operations.send(
        person_id=person.id,
        kind=SUPPLEMENT,
        title="请补交",
        text="请补交。",
        about="",
        about_id="",
        division=person.division,
        key="k",
        at=timezone.now(),
    )
    clerk, own = viewer("clerk"), factories.insured(person)
    assert queries.count_to_do(clerk) == 1
    factories.client_of(own).get(f"/my/notices/{Notice.objects.get().pk}/")
    assert queries.count_to_do(clerk) == 0
    assert Notice.objects.get().delivery == Delivery.READ


def test_another_agencys_notice_is_not_found(failed, viewer, client_of):
    stranger = client_of(viewer("clerk", scope="130102"))
    assert "张伟" not in stranger.get("/notices/").text
    assert stranger.get(f"/notices/{failed.pk}/").status_code == 404
    assert stranger.post(f"/notices/{failed.pk}/step/", {"step": "retry"}).status_code == 404
    assert client_of(viewer("finance")).get("/notices/").status_code == 404


def test_a_notice_that_failed_is_served_on_paper_once(failed, viewer, client_of):
    clerk = viewer("clerk")
    factories.purpose(clerk, failed.person_id)
    client = client_of(clerk)
    page = client.get(f"/notices/{failed.pk}/").text
    assert "138••••5678" in page
    assert PHONE not in page
    assert "网关拒收：空号" in page
    today = timezone.localdate()
    form = {"step": "serve", "way": "by_post", "served_on": today.isoformat(), "evidence": "EMS 1234567890"}
    wrong = {**form, "served_on": (today + timedelta(days=1)).isoformat()}
    assert "今天之间" in client.post(f"/notices/{failed.pk}/step/", wrong).text
    for _ in range(2):
        assert client.post(f"/notices/{failed.pk}/step/", form).status_code == 302
    assert "已经登记过书面送达" in client.get(f"/notices/{failed.pk}/").text
    assert WrittenService.objects.count() == 1
    failed.refresh_from_db()
    assert failed.delivery == Delivery.SERVED


@pytest.mark.parametrize("change", [{"way": "pigeon"}, {"served_on": "昨天"}, {"evidence": " "}])
def test_a_service_that_proves_nothing_is_refused_in_a_sentence(failed, viewer, client_of, change):
    form = {
        "step": "serve",
        "way": "in_person",
        "served_on": str(timezone.localdate()),
        "evidence": "本人签收",
    }
    clerk = viewer("clerk")
    factories.purpose(clerk, failed.person_id)
    answer = client_of(clerk).post(f"/notices/{failed.pk}/step/", {**form, **change})
    assert answer.status_code == 422
    assert not WrittenService.objects.exists()


def test_a_clerk_does_not_handle_the_notice_to_herself(failed, person, viewer, client_of):
    clerk = viewer("clerk")
    factories.registry.link_login(
        by=None, account_id=clerk.account_id, person_id=person.id, at=timezone.now()
    )
    answer = client_of(clerk).post(f"/notices/{failed.pk}/step/", {"step": "retry"}, follow=True)
    assert "要由别的同事处理" in answer.text


def test_the_counter_registers_shows_and_withdraws(person, viewer, client_of):
    clerk = viewer("clerk")
    client, address = client_of(clerk), f"/people/{person.id}/contact/"
    assert client.get(address).status_code == 302  # to state a purpose
    factories.purpose(clerk, person.id)
    assert "还没有登记联系方式" in client.get(address).text
    form = {
        "step": "set",
        "channel": "sms",
        "address": "1381234",
        "proof": "身份证原件",
        "consented": "yes",
    }
    assert "手机号应为 11 位" in client.post(f"{address}change/", form).text
    client.post(f"{address}change/", {**form, "address": PHONE})
    page = client.get(address).text
    assert "138••••5678" in page
    assert PHONE not in page
    assert PHONE in client.post(f"{address}reveal/", {"channel": "sms"}).text
    assert Entry.objects.filter(action="notices.address_revealed", person_id=person.id).count() == 1
    client.post(f"{address}change/", {"step": "refuse", "channel": "sms"})
    assert not Contact.objects.get().consented
    assert client_of(viewer("clerk", scope="130102")).get(address).status_code == 404


def test_the_insured_person_sees_how_much_is_new_reads_it_and_nobody_elses(failed, person, agency):
    client = factories.client_of(factories.insured(person))
    home = client.get("/my/notices/").text
    assert "请补交劳动合同" in home
    assert "条未看" in home
    assert "还缺 1993 年的劳动合同" in client.get(f"/my/notices/{failed.pk}/").text
    assert "条未看" not in client.get("/my/notices/").text
    stranger = factories.client_of(factories.insured(factories.person(agency, name="李娜")))
    assert "还没有通知" in stranger.get("/my/notices/").text
    assert stranger.get(f"/my/notices/{failed.pk}/").status_code == 404


def test_the_insured_person_manages_the_own_contact(person, settings):
    reachable(person)
    client = factories.client_of(factories.insured(person))
    assert "现在发不出验证码" in client.get("/my/notices/contact/").text
    settings.GATEWAY_URL, settings.GATEWAY_SECRET = "http://127.0.0.1:9", "s" * 40
    page = client.get("/my/notices/contact/").text
    assert "138••••5678" in page
    assert PHONE not in page
    wrong = client.post("/my/notices/contact/code/", {"channel": "email", "address": "wang@"})
    assert (wrong.status_code, "电子邮箱应写成" in wrong.text) == (422, True)
    sent = client.post(
        "/my/notices/contact/code/", {"channel": "email", "address": "wang@example.com"}, follow=True
    )
    assert "已发到 w•••@example.com" in sent.text
    tried = client.post("/my/notices/contact/confirm/", {"channel": "email", "number": "12345"})
    assert "还可以试 4 次" in tried.text
    client.post("/my/notices/contact/consent/", {"channel": "sms", "answer": "no"})
    assert not Contact.objects.get().consented
    for path in ("code", "confirm", "consent"):
        assert client.post(f"/my/notices/contact/{path}/", {"channel": "pigeon"}).status_code == 422


def test_staff_read_their_own_messages_only(viewer, client_of, now):
    clerk, other = viewer("clerk"), viewer("clerk")
    operations.tell_staff(
        account_ids=[clerk.account_id],
        kind=SUPPLEMENT,
        title="有一件等您复核",
        text="请今天办。",
        key="k",
        at=now,
    )
    client, notice = client_of(clerk), StaffNotice.objects.get()
    assert "消息 <b>1</b>" in client.get("/inbox/").text
    assert "请今天办" in client.get(f"/inbox/{notice.pk}/").text
    assert "消息 <b>" not in client.get("/inbox/").text
    assert client_of(other).get(f"/inbox/{notice.pk}/").status_code == 404


def test_the_list_asks_no_more_for_more_rows_and_pages_on(person, viewer, client_of, now):
    client = client_of(viewer("clerk"))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries_made:
            assert client.get("/notices/").status_code == 200
        return len(queries_made)

    _many(person, 2, at=now)
    asked()  # the first request of a session notes when it was seen
    few = asked()
    _many(person, 53, at=now)
    assert asked() == few
    older = client.get("/notices/").text.split('" rel="next"')[0].rpartition('href="')[2]
    assert client.get(older).text.count(">补正 ") == 3


def _many(person, count, *, at):
    for number in range(count):
        operations.send(
            person_id=person.id,
            kind=SUPPLEMENT,
            title=f"补正 {number}",
            text="请补交。",
            about="",
            about_id="",
            division=person.division,
            key=f"many:{number}",
            at=at,
        )
