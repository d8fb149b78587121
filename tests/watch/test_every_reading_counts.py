"""Whatever page gives out one person's data, the reading counts, and one too many stops (S3.1, S3.3, S3.4)."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone
from tests import factories
from tests.access.test_every_route import routes
from tests.business import counter as counters
from tests.evidence.conftest import file_paper as file_paper

from nianlun.access import queries as access
from nianlun.access import stops
from nianlun.access.domain import RIGHTS, Right, Role
from nianlun.cases import queries as cases
from nianlun.desk.seeing import PERSON_SEEN
from nianlun.journal import operations as journal
from nianlun.journal.models import Entry
from nianlun.kernel.identifiers import uuid7
from nianlun.notices import operations as notices
from nianlun.notices.domain import declare_kind
from nianlun.notices.models import Notice
from nianlun.watch import looking_over
from nianlun.watch.domain.readings import NO_READING
from nianlun.watch.limit_file import limits_on
from nianlun.watch.models import Alarm, Sighting

pytestmark = pytest.mark.django_db
KIND = declare_kind("tests.counted", "补正通知", sms="您办理的业务需要补正：{title}。", statutory=True)
PART = re.compile(r"<(?:\w+:)?(\w+)>")
OWN_PERSONS = {Role.INSURED, Role.EMPLOYER}


def told(person) -> Notice:
    notices.send(
        person_id=person.id,
        kind=KIND,
        title="请补交劳动合同",
        text="还缺 1993 年的劳动合同。",
        about="cases.case",
        about_id="x",
        division=person.division,
        key=str(uuid7()),
        at=timezone.now(),
    )
    return Notice.objects.get(person_id=person.id, title="请补交劳动合同")


@pytest.fixture
def busy(viewer):
    """A clerk who has opened as many files within the hour as are allowed."""
    clerk, at = viewer("clerk"), timezone.now()
    most = limits_on(timezone.localdate()).stop_persons
    Sighting.objects.bulk_create(
        Sighting(account_id=clerk.account_id, person_id=uuid7(), last_at=at - timedelta(minutes=5))
        for _ in range(most)
    )
    return clerk


def test_every_page_that_gives_out_one_persons_data_counts_the_person(person, viewer, file_paper):
    item_id = file_paper(made="1984-08-29", birth_date="1967-04-28")
    counter = counters.Counter(at=timezone.now())
    case_id = counters.accepted(counter, person_id=person.id)
    number = cases.case(counter.clerk, case_id).line.number
    known = {
        "person_id": person.id, "item_id": item_id, "notice_id": told(person).pk, "number": number,
        "kind": "birth_date", "state": "paid", "node": "base", "tab": "materials", "page": 1, "deed": "hand-over",
    }  # fmt: skip
    clients: dict[Role, tuple[int, Client]] = {}
    gave, uncounted = set(), []
    for route, pattern in routes(get_resolver()):
        rule = getattr(pattern.callback, "access_rule", None)
        names = PART.findall(route)
        if not isinstance(rule, Right) or not set(names) <= set(known):
            continue
        for role in (each for each in Role if rule in RIGHTS[each] and each not in OWN_PERSONS):
            if role not in clients:
                who = viewer(role)
                factories.purpose(who, person.id)
                clients[role] = (who.account_id, factories.client_of(who))
            account, client = clients[role]
            client.raise_request_exception = False
            before = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            Sighting.objects.all().delete()
            address = "/" + PART.sub(lambda part: str(known[part[1]]), route)
            if client.get(address).status_code != 200:
                client.post(address)
            told_of = Entry.objects.filter(
                pk__gt=before, account_id=account, person_id=person.id, outcome="done", rows__gt=0
            )
            if told_of.exclude(action__in=NO_READING).exists():
                gave.add(route)
                if not Sighting.objects.filter(account_id=account, person_id=person.id).exists():
                    uncounted.append((role.value, route))
    print(sorted(gave))
    assert uncounted == []
    assert {"notices/<uuid:notice_id>/", "people/<uuid:person_id>/contact/", "cases/<str:number>/"} <= gave


@pytest.mark.parametrize("page", ["/notices/{notice}/", "/people/{person}/contact/"])
def test_one_person_too_many_stops_at_notices_and_contacts_too(page, busy, person):
    address = page.format(notice=told(person).pk, person=person.id)
    factories.purpose(busy, person.id)
    answer = factories.client_of(busy).get(address)
    assert answer.status_code == 403
    assert "已停用" in answer.content.decode()
    assert person.name not in answer.content.decode()
    assert stops.is_stopped(busy.account_id)


def test_a_notice_opens_for_a_stated_purpose_only(person, viewer):
    clerk, notice = viewer("clerk"), told(person)
    client = factories.client_of(clerk)
    asked = client.get(f"/notices/{notice.pk}/")
    assert asked.status_code == 302
    assert f"/people/{person.id}/purpose/" in asked["Location"]
    purpose = factories.purpose(clerk, person.id)
    assert client.get(f"/notices/{notice.pk}/").status_code == 200
    assert Entry.objects.filter(action="notices.seen", purpose=purpose).exists()


def test_finance_states_a_purpose_for_a_case_not_in_hand_and_goes_on_to_it(person, client_of):
    counter = counters.Counter(at=timezone.now())
    case_id = counters.accepted(counter, person_id=person.id)
    address = f"/cases/{cases.case(counter.clerk, case_id).line.number}/"
    client = client_of(counter.finance)
    form = client.get(address)["Location"]
    assert client.get(form).status_code == 200
    sent = client.post(form, {"purpose": "核对上月支付的退休待遇", "next": address})
    assert sent["Location"] == address
    assert client.get(address).status_code == 200


def test_whoever_opens_no_file_is_asked_for_no_purpose(person, client_of, viewer):
    assert client_of(viewer("system_officer")).get(f"/people/{person.id}/purpose/").status_code == 404


def test_lists_that_a_program_takes_raise_the_alarm_of_lists(person, agency):
    counters.opened(counters.Counter(), person_id=person.id)
    token = factories.program("cases.read")
    client, most = Client(), limits_on(timezone.localdate()).list_rows
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/cases", headers=headers).status_code == 200
    entry = Entry.objects.get(action="api.cases_listed")
    who = access.viewer_of(entry.account_id)
    journal.record(
        entry.action, by=who, about="cases.case", rows=most, details={"rows": most}, at=timezone.now()
    )
    looking_over.look_over(at=timezone.now() + timedelta(seconds=5))
    assert list(Alarm.objects.filter(account_id=entry.account_id).values_list("kind", flat=True)) == [
        "lists"
    ]


def test_own_visits_hide_nobody_who_looked(person, viewer):
    clerk, at = viewer("clerk"), timezone.now()
    for hour in range(60):
        journal.record(
            PERSON_SEEN, by=clerk, person_id=person.id, purpose=f"核对第 {hour:02d} 份材料", rows=1,
            details={"what": "权益年轮"}, at=at - timedelta(hours=hour + 1),
        )  # fmt: skip
    own = factories.insured(person)
    journal_own = Entry.objects.filter(account_id=own.account_id)
    client = factories.client_of(own)
    for _ in range(55):
        client.get("/my/notices/")
    assert journal_own.count() >= 55
    first = client.get("/my/reads/").content.decode()
    assert "核对第 00 份材料" in first
    onward = re.search(r'href="(/my/reads/\?before=[^"]+)"', first)
    assert onward is not None
    second = client.get(onward[1].replace("&amp;", "&")).content.decode()
    assert "核对第 59 份材料" in second
    assert "更早的" not in second
