"""The pages on which posts are asked for, signed, read and taken away."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import factories

from nianlun.access.models import Glass, Grant, GrantRequest, Substitution
from nianlun.access.queries import viewer_named, viewer_of

pytestmark = pytest.mark.django_db
NEW = {
    "account": "",
    "username": "gaofei",
    "name": "高飞",
    "agency": "莲池区社会保险所",
    "role": "clerk",
    "scope": "130606",
    "reason": "新收一批档案，窗口人手不够",
}


@pytest.fixture
def asked(viewer, client_of):
    """A request that a clerk has sent from the page."""
    sent = NEW | {"last": f"{timezone.localdate() + timedelta(days=90)}"}
    answer = client_of(viewer("clerk", name="李敏")).post("/rights/ask/", sent)
    assert answer.status_code == 302
    return GrantRequest.objects.get()


def test_four_people_click_a_new_colleague_into_office(viewer, client_of, asked):
    page = f"/rights/requests/{asked.pk}/"
    for step, role in (
        ("reviewed", "internal_control"),
        ("approved", "leader"),
        ("given", "security_officer"),
    ):
        client = client_of(viewer(role))
        assert "等您办" in client.get("/rights/").content.decode()
        shown = client.get(page).content.decode()
        assert f'name="step" value="{step}"' in shown
        assert client.post(f"{page}sign/", {"step": step, "answer": "agree"}).status_code == 302
        assert "等您办" not in client.get("/rights/").content.decode()
        again = client.post(f"{page}sign/", {"step": step, "answer": "agree"})
        assert again.status_code == 403
        assert "这一步办不了" in again.content.decode()
    assert viewer_named("gaofei").name == "高飞"
    held = Grant.objects.get(account__username="gaofei")
    assert timezone.localdate(held.until) == timezone.localdate() + timedelta(days=91)
    text = client.get("/rights/ledger/").content.decode()
    assert "高飞" in text
    assert "李敏" in text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"role": "no such"}, "请选择岗位"),
        ({"last": "明天"}, "用到哪一天"),
        ({"last": "0001-01-01"}, "日期不对"),
        ({"scope": "１３"}, "数字"),
        ({"scope": "13"}, "不在您的业务范围"),
        ({"reason": ""}, "写明理由"),
        ({"account": "99999999999999999"}, "不在您的业务范围"),
        ({"username": "高飞\x00"}, "没有看懂"),
    ],
)
def test_what_is_wrong_with_a_request_is_said_and_nothing_typed_is_lost(viewer, client_of, changed, told):
    sent = NEW | {"last": f"{timezone.localdate() + timedelta(days=90)}"} | changed
    answer = client_of(viewer("clerk")).post("/rights/ask/", sent)
    assert answer.status_code in (400, 422)
    text = answer.content.decode()
    assert told in text
    assert (answer.status_code == 422) == ("高飞" in text)
    assert not GrantRequest.objects.exists()


def test_refusing_needs_a_reason_and_then_the_asker_reads_it(viewer, client_of, asked):
    page, control = f"/rights/requests/{asked.pk}/", client_of(viewer("internal_control"))
    refusal = {"step": "reviewed", "answer": "refuse"}
    assert "写明理由" in control.post(f"{page}sign/", refusal).content.decode()
    control.post(f"{page}sign/", refusal | {"reason": "岗位编制已满"})
    assert "岗位编制已满" in control.get(page).content.decode()
    assert control.post(f"{page}sign/", {"step": "nonsense"}).status_code == 404


def test_a_request_is_seen_by_those_it_concerns_and_nobody_else(viewer, client_of, asked):
    page = f"/rights/requests/{asked.pk}/"
    for stranger in (factories.staff("auditor", scope="130102"), viewer("scanner")):
        assert client_of(stranger).get(page).status_code == 404
    assert client_of(viewer("auditor")).get(page).status_code == 200
    assert client_of(viewer("auditor")).get("/rights/requests/99999999999999999999/").status_code == 404


def test_the_ledger_is_filtered_paged_and_costs_the_same_however_long(viewer, client_of):
    clerks = [viewer("clerk", name="经办00")]
    client = client_of(viewer("auditor"))
    client.get("/rights/ledger/")
    with CaptureQueriesContext(connection) as of_one:
        client.get("/rights/ledger/?role=clerk")
    clerks += [viewer("clerk", name=f"经办{number:02d}") for number in range(1, 55)]
    with CaptureQueriesContext(connection) as of_many:
        text = client.get("/rights/ledger/?role=clerk").content.decode()
    assert len(of_many) == len(of_one)
    assert "经办49" in text
    assert "经办50" not in text
    after = Grant.objects.get(account_id=clerks[49].account_id).pk
    rest = client.get(f"/rights/ledger/?role=clerk&after={after}").content.decode()
    assert "经办50" in rest
    assert "经办49" not in rest
    assert "没有符合的岗位" in client.get("/rights/ledger/?show=soon").content.decode()
    assert client_of(clerks[0]).get("/rights/ledger/").status_code == 404


def test_taking_a_post_away_asks_why(viewer, client_of):
    clerk, officer = viewer("clerk", name="李敏"), client_of(viewer("security_officer"))
    page = f"/rights/ledger/{Grant.objects.get(account_id=clerk.account_id).pk}/end/"
    assert "李敏" in officer.get(page).content.decode()
    assert officer.post(page, {"reason": ""}).status_code == 422
    assert officer.post(page, {"reason": "调离岗位"}).status_code == 302
    assert viewer_of(clerk.account_id).lapsed
    assert client_of(viewer("leader")).get(page).status_code == 404


def test_leave_is_asked_for_agreed_to_and_ended_on_its_page(viewer, client_of):
    clerk, reviewer = viewer("clerk", name="李敏"), viewer("reviewer", name="陈静")
    own, leader = client_of(clerk), client_of(viewer("leader"))
    sent = {
        "substitute": f"{reviewer.account_id}",
        "first": f"{timezone.localdate()}",
        "last": f"{timezone.localdate() + timedelta(days=4)}",
        "reason": "年休假，回乡探亲",
    }
    for wrong in ({"substitute": ""}, {"first": "x"}, {"last": "2020-01-01"}, {"substitute": "999999"}):
        assert own.post("/rights/leave/", sent | wrong).status_code == 422
    assert own.post("/rights/leave/", sent).status_code == 302
    number = Substitution.objects.get().pk
    assert "核准" in leader.get("/rights/leave/").content.decode()
    assert leader.post(f"/rights/leave/{number}/decide/", {"answer": "refuse"}).status_code == 422
    assert leader.post(f"/rights/leave/{number}/decide/", {"answer": "agree"}).status_code == 302
    assert "陈静（代李敏）" in client_of(reviewer).get("/desk/").content.decode()
    assert own.post(f"/rights/leave/{number}/end/").status_code == 302
    assert own.post(f"/rights/leave/{number}/end/").status_code == 403


def test_an_emergency_is_asked_for_opened_closed_and_looked_into_on_its_page(viewer, client_of):
    own, control = client_of(viewer("reviewer")), client_of(viewer("internal_control"))
    security = client_of(viewer("security_officer"))
    sent = {"role": "leader", "reason": "发放文件须在零点前核准，领导联系不上"}
    assert own.post("/rights/emergencies/", sent | {"role": "finance"}).status_code == 422
    assert own.post("/rights/emergencies/", sent).status_code == 302
    number = Glass.objects.get().pk
    page = f"/rights/emergencies/{number}/"
    assert "同意启用" in control.get("/rights/emergencies/").content.decode()
    assert control.post(f"{page}decide/", {"answer": "agree"}).status_code == 302
    assert "应急权限使用中" in own.get("/people/").content.decode()
    assert own.post(f"{page}close/").status_code == 302
    assert "应急权限使用中" not in own.get("/people/").content.decode()
    assert "审查意见" in security.get("/rights/emergencies/").content.decode()
    assert security.post(f"{page}review/", {"answer": "proper"}).status_code == 422
    assert (
        security.post(f"{page}review/", {"answer": "proper", "reason": "逐条核对，与所报相符"}).status_code
        == 302
    )
    assert "使用得当" in own.get("/rights/emergencies/").content.decode()


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-12-01", "9999-12-31"), ("9999-12-20", "9999-12-30"), ("0001-01-01", "0001-01-02")],
)
def test_a_leave_at_the_end_of_time_is_told_and_not_a_fault(viewer, first, last):
    form = {
        "substitute": viewer("reviewer").account_id,
        "first": first,
        "last": last,
        "reason": "年休假回家",
    }
    assert factories.client_of(viewer("clerk")).post("/rights/leave/", form).status_code == 422
