"""The staff's pages of cases: worklist, one case and what is done with it."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests import factories
from tests.business.counter import accepted, opened, passed, version_of
from tests.desk.casework import address, do, form, number_of, page, words

from nianlun.access.models import Session
from nianlun.cases import queries
from nianlun.cases.domain.facts import How
from nianlun.cases.domain.flow import State
from nianlun.cases.models import Case, CloseCall, Duty
from nianlun.cases.operations import hearing, holding
from nianlun.journal import queries as journal

pytestmark = pytest.mark.django_db


# Who sees what


def test_a_case_of_another_city_looks_like_none(client_of, viewer, elsewhere, counter, person):
    case_id = opened(counter, person_id=person.id)
    stranger = client_of(factories.staff("clerk", scope=elsewhere.division, agency_name=elsewhere.name))
    for name, more in (
        ("desk:case", []),
        ("desk:case-tab", ["materials"]),
        ("desk:case-details", []),
        ("desk:case-paper", [1]),
        ("desk:case-paper-page", [1, 1]),
        ("desk:case-slip", [uuid4()]),
    ):
        assert stranger.get(address(case_id, name, *more)).status_code == 404, name
    for name, more in (("desk:case-do", ["accept"]), ("desk:case-take", []), ("desk:case-take-paper", [])):
        answer = stranger.post(address(case_id, name, *more), {"version": 1, "how": "original_seen"})
        assert answer.status_code == 404, name
    assert number_of(case_id) not in page(stranger.get(reverse("desk:cases") + "?pile=all"))
    assert number_of(case_id) not in page(stranger.get(reverse("desk:cases") + f"?q={person.name}"))
    assert queries.case(counter.clerk, case_id).line.state is State.RECEIVED


@pytest.mark.parametrize("role", ["insured", "keeper", "scanner", "policy_officer"])
def test_whoever_has_nothing_to_do_with_cases_finds_no_such_page(client_of, viewer, role):
    assert client_of(viewer(role)).get(reverse("desk:cases")).status_code in (302, 404)


def test_a_case_one_has_taken_is_purpose_enough_for_the_persons_file(client_of, counter, person):
    case_id = opened(counter, person_id=person.id)
    waiting = client_of(counter.clerk).get(reverse("desk:person", args=[person.id]))
    assert "/purpose/" in waiting["Location"]  # anybody could look at anybody by what waits in the pool
    holding.take(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    answer = client_of(counter.clerk).get(reverse("desk:person", args=[person.id]))
    assert answer.status_code == 200
    [seen] = [line for line in journal.reads_of_person(person.id) if "权益年轮" in line.what]
    assert seen.purpose == f"办理 {number_of(case_id)}"


def test_a_colleagues_case_is_no_purpose(client_of, counter, person):
    case_id = opened(counter, person_id=person.id)
    holding.take(case_id, by=counter.clerk2, version=version_of(counter, case_id), at=counter.tick())
    client = client_of(counter.clerk3)
    assert "/purpose/" in client.get(reverse("desk:person", args=[person.id]))["Location"]
    assert "/purpose/" in client.get(address(case_id))["Location"]


def test_who_looked_at_a_case_stands_on_its_page(client_of, counter, person):
    case_id = opened(counter, person_id=person.id)
    client = client_of(counter.clerk)
    client.get(address(case_id))
    assert f"查看业务 {number_of(case_id)}" in page(client.get(address(case_id, "desk:case-tab", "reads")))


# The worklist


def test_a_full_number_goes_straight_to_the_case_and_a_name_finds_it(client_of, counter, person):
    case_id = opened(counter, person_id=person.id)
    client, number = client_of(counter.clerk), number_of(case_id)
    assert client.get(reverse("desk:cases"), {"q": number})["Location"] == address(case_id)
    assert number in page(client.get(reverse("desk:cases"), {"q": person.name}))
    assert client.get(reverse("desk:search"), {"q": number})["Location"] == address(case_id)


def test_taking_from_the_row_names_whoever_was_quicker(client_of, counter, person):
    case_id = opened(counter, person_id=person.id)
    version = version_of(counter, case_id)
    first, second = client_of(counter.clerk), client_of(counter.clerk2)
    assert first.post(address(case_id, "desk:case-take"), {"version": version})["Location"] == address(
        case_id
    )
    answer = second.post(address(case_id, "desk:case-take"), {"version": version}, follow=True)
    assert counter.clerk.name in page(answer)
    assert queries.case(counter.clerk, case_id).line.holder_id == counter.clerk.account_id


def test_the_next_page_goes_on_where_the_last_ended(client_of, counter, person, monkeypatch):
    from nianlun.desk.pages.cases import worklist

    monkeypatch.setattr(worklist, "PER_PAGE", 2)
    dated = accepted(counter, "person_change", person_id=person.id)
    ids = {dated} | {opened(counter, person_id=factories.person().id) for _ in range(4)}
    client, seen, query = client_of(counter.clerk), [], "?pile=all"
    while query:
        text = page(client.get(reverse("desk:cases") + query))
        seen += re.findall(r'<td class="code"><a href="[^"]+">([^<]+)<', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        query = following.group(1).replace("&amp;", "&") if following else ""
    assert sorted(seen) == sorted(number_of(one) for one in ids)
    assert seen[0] == number_of(dated)


def test_no_list_and_no_page_of_a_case_costs_more_when_there_is_more(client_of, counter):
    client = client_of(counter.clerk)
    case_id = opened(counter, person_id=factories.person().id)
    addresses = [
        reverse("desk:cases") + "?pile=all",
        address(case_id),
        address(case_id, "desk:case-tab", "history"),
    ]
    for each in addresses:
        client.get(each)  # what is read once is read now
    before = [costs(client, each) for each in addresses]
    for _ in range(5):
        opened(counter, person_id=factories.person().id)
    for how in (How.ORIGINAL_SEEN, How.ORIGINAL_SEEN):
        take_paper(counter, case_id, how)
    assert [costs(client, each) for each in addresses] == before


def costs(client, address) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def take_paper(counter, case_id, how):
    from nianlun.cases.operations import materials

    materials.take_material(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        requirement="application",
        how=how,
        at=counter.tick(),
    )


# One case


def test_every_part_of_a_case_stands(client_of, counter, person):
    case_id = accepted(counter, person_id=person.id)
    client = client_of(counter.clerk)
    for tab in ("materials", "check", "review", "history", "slips", "reads"):
        answer = client.get(address(case_id, "desk:case-tab", tab))
        assert answer.status_code == 200, tab
    assert client.get(address(case_id, "desk:case-tab", "nonsense")).status_code == 404
    assert "计时" in words(client.get(address(case_id)))


def test_a_clerk_passes_and_the_reviewer_takes_over(client_of, counter, person):
    case_id = accepted(counter, "person_change", person_id=person.id)
    answer = do(client_of(counter.clerk), counter, case_id, "pass", text="材料齐全，核对无误")
    assert answer["Location"] == address(case_id)
    seen = words(client_of(counter.reviewer).get(address(case_id)))
    assert "复核通过" in seen
    assert "初审通过" not in seen


def test_a_stale_page_shows_what_happened_and_keeps_the_words(client_of, counter, person):
    case_id = accepted(counter, person_id=person.id)
    old = version_of(counter, case_id)
    holding.take(case_id, by=counter.clerk, version=old, at=counter.tick())
    answer = do(
        client_of(counter.clerk), counter, case_id, "suspend", version=old, text="等劳动能力鉴定结论"
    )
    text = page(answer)
    assert answer.status_code == 409
    assert f"{counter.clerk.name} 领取" in words(answer)
    assert "等劳动能力鉴定结论</textarea>" in text
    assert f'name="version" value="{old + 1}"' in text
    assert queries.case(counter.clerk, case_id).line.state is State.FIRST_REVIEW


def test_a_reason_that_says_nothing_is_asked_for_again(client_of, counter, person):
    case_id = opened(counter, person_id=person.id)
    answer = do(client_of(counter.clerk), counter, case_id, "reject", text="不行")
    assert answer.status_code == 403
    assert "请写明不予受理的理由" in page(answer)
    assert "不行</textarea>" in page(answer)


def test_two_steps_at_one_machine_are_refused_on_the_page_and_the_attempt_is_kept(
    client_of, counter, person
):
    case_id = accepted(counter, person_id=person.id)
    clerk, reviewer = client_of(counter.clerk), client_of(counter.reviewer)
    assert do(clerk, counter, case_id, "pass", text="材料齐全，核对无误").status_code == 302
    browser = Session.objects.get(account_id=counter.clerk.account_id).device
    Session.objects.filter(account_id=counter.reviewer.account_id).update(device=browser)
    answer = do(reviewer, counter, case_id, "pass", text="核对无误")
    assert answer.status_code == 403
    assert "请在自己的电脑上办理" in page(answer)
    assert "核对无误</textarea>" in page(answer)
    assert CloseCall.objects.filter(case_id=case_id).count() == 1
    assert queries.case(counter.clerk, case_id).line.state is State.SECOND_REVIEW


def test_whoever_took_a_step_is_told_that_a_colleague_must_take_the_next(client_of, counter, person):
    case_id = accepted(counter, person_id=person.id)
    Duty.objects.create(
        case_id=case_id, account_id=counter.reviewer.account_id, step="approval", at=counter.tick()
    )
    passed(counter, case_id, "clerk")
    shown = client_of(counter.reviewer).get(address(case_id))
    assert "要由另一位同事办" in page(shown)
    assert "复核通过" not in page(shown)


def test_supplement_suspension_and_resumption_are_on_the_strip(client_of, counter, person):
    case_id = accepted(counter, person_id=person.id)
    client = client_of(counter.clerk)
    do(client, counter, case_id, "ask", missing=["identity"], text="身份证已过期")
    assert "不计时" in words(client.get(address(case_id)))
    answer = do(client, counter, case_id, "resume")
    assert "还缺" in page(answer)
    client.post(
        address(case_id, "desk:case-take-paper"),
        {"version": version_of(counter, case_id), "requirement": "identity", "how": "original_seen"},
    )
    assert do(client, counter, case_id, "resume").status_code == 302
    assert queries.case(counter.clerk, case_id).line.state is State.FIRST_REVIEW


def test_a_payment_that_failed_is_mended_on_the_page(client_of, counter, person, monkeypatch):
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])
    case_id = accepted(counter, "transfer_out", person_id=person.id)
    passed(counter, case_id, "clerk", "reviewer", "leader")
    finance, clerk = client_of(counter.finance), client_of(counter.clerk)
    assert "支付不成" in words(finance.get(address(case_id)))
    assert do(finance, counter, case_id, "pay-failed", text="账号已销户").status_code == 302
    shown = words(clerk.get(address(case_id)))
    assert "登记新账户" in shown
    assert "恢复办理" not in shown
    assert "撤销" not in shown
    wrong = do(clerk, counter, case_id, "account", account="河北银行")
    assert "请写全户名、开户银行和账号" in page(wrong)
    account = "转入地经办机构，河北银行裕华支行，6217000123456789"
    assert do(clerk, counter, case_id, "account", account=account).status_code == 302
    reviewer = client_of(counter.reviewer)
    shown = words(reviewer.get(address(case_id)))
    assert "6217••••••••6789" in shown
    assert "退回到" not in shown
    assert do(reviewer, counter, case_id, "pass").status_code == 302
    assert "复核核对新的收款账户，通过" in words(finance.get(address(case_id, "desk:case-tab", "history")))
    assert do(finance, counter, case_id, "pay", voucher="V8").status_code == 302


def test_a_hearing_is_called_spoken_in_and_closed_on_the_page(client_of, counter, person):
    case_id = accepted(counter, person_id=person.id)
    clerk, first, second = client_of(counter.clerk), counter.reviewer, counter.leader
    members = [first.account_id, second.account_id]
    question = "档案里两处出生日期不同，采信哪一处"
    do(clerk, counter, case_id, "hearing", members=members, text=question)
    for member in (first, second):
        client = client_of(member)
        assert number_of(case_id) in page(client.get(reverse("desk:cases")))
        assert question in page(client.get(address(case_id, "desk:case-tab", "review")))
        assert do(client, counter, case_id, "opinion", agree="yes", text="采信招工表").status_code == 302
        assert "等您发表会审意见" not in page(client.get(reverse("desk:cases")))
    assert do(clerk, counter, case_id, "close-hearing", text="采信最先记载").status_code == 302
    assert hearing.hearing_of(Case.objects.get(pk=case_id)) is None


def test_full_numbers_are_shown_on_request_and_that_is_written_down(client_of, counter):
    number = factories.identity_number()
    client = client_of(counter.clerk)
    sent = form("person_registration", request_key=str(uuid4()), step="open")
    sent |= {"d-name": "赵建国", "d-identity_number": number}
    client.post(reverse("desk:case-new-of", args=["person_registration"]), sent)
    case_id = Case.objects.get().pk
    assert number not in page(client.get(address(case_id)))
    assert number in page(client.post(address(case_id, "desk:case-reveal")))
    assert journal.entries(scope="13", action="desk.case_details_revealed")


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999", "²"])
def test_a_version_nobody_gave_out_changes_nothing(client_of, counter, person, version):
    case_id = opened(counter, person_id=person.id)
    answer = do(client_of(counter.clerk), counter, case_id, "accept", version=version)
    assert answer.status_code == 409
    assert queries.case(counter.clerk, case_id).line.state is State.RECEIVED


# Several at once


def test_simple_cases_pass_together_and_each_is_told(client_of, counter):
    ids = [accepted(counter, "person_change", person_id=factories.person().id) for _ in range(3)]
    for case_id in ids:
        passed(counter, case_id, "clerk")
    client = client_of(counter.reviewer)
    listed = page(client.get(reverse("desk:cases") + "?pile=all"))
    assert listed.count('name="case"') == 3
    look = page(client.get(reverse("desk:case-batch"), {"case": [number_of(one) for one in ids]}))
    chosen = re.findall(r'name="case" value="([^"]+)"', look)
    holding.take(ids[0], by=counter.reviewer2, version=version_of(counter, ids[0]), at=counter.tick())
    told = client.post(reverse("desk:case-batch"), {"case": chosen, "text": "同意"}, follow=True)
    assert "通过 2 件，没有通过 1 件" in words(told)
    states = [queries.case(counter.clerk, one).line.state for one in ids]
    assert states.count(State.SECOND_REVIEW) == 1


def test_high_risk_cases_are_never_offered_together(client_of, counter, person):
    case_id = accepted(counter, person_id=person.id)
    passed(counter, case_id, "clerk")
    assert 'name="case"' not in page(client_of(counter.reviewer).get(reverse("desk:cases") + "?pile=all"))


def test_a_posting_is_entered_on_the_page_and_shown_beside_the_review(
    client_of, counter, person, monkeypatch
):
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])
    case_id = accepted(counter, "special_work_retirement", person_id=person.id)
    passed(counter, case_id, "clerk", "reviewer")
    clerk = client_of(counter.clerk)
    assert "还没有登记公示" in words(clerk.get(address(case_id, "desk:case-tab", "review")))
    sent = {"place": "本机构公告栏", "text": "没有收到异议", "until": "2026-03-11"}
    assert "请填公示的第一天" in page(do(clerk, counter, case_id, "posting", **sent, since="不知道"))
    assert do(clerk, counter, case_id, "posting", **sent, since="2026-03-05").status_code == 302
    shown = words(clerk.get(address(case_id, "desk:case-tab", "review")))
    assert "本机构公告栏，2026-03-05 至 2026-03-11。异议：没有收到异议" in shown
    assert "登记公示，公示的日子不计时" in words(clerk.get(address(case_id, "desk:case-tab", "history")))
    assert "不计时：公示" in words(clerk.get(address(case_id)))
