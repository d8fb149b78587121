"""Cases about somebody that another opened: the agency's can be read and not ended, an authority's are not there."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from tests import factories
from tests.business.counter import Counter, opened, version_of

from nianlun.cases import queries
from nianlun.cases.domain.flow import State

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return factories.person(name="周桂兰", sex="female")


@pytest.fixture
def phone(person):
    return factories.client_of(factories.insured(person))


@pytest.fixture
def counter():
    return Counter(at=timezone.now() - timedelta(hours=2))


def text_of(response) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", response.content.decode())


def test_a_recovery_is_read_with_no_way_to_end_it(phone, person, counter):
    case_id = opened(counter, "overpayment_recovery", person_id=person.id)
    number = queries.case(counter.clerk, case_id).line.number
    page = phone.get(f"/my/cases/{number}/")
    assert page.status_code == 200 and "由经办机构提出，不是您申请的" in text_of(page)
    assert "撤回" not in text_of(page) and "上传" not in text_of(page) and "承诺" not in text_of(page)
    asked = phone.get(f"/my/cases/{number}/withdraw/")
    assert (
        asked.status_code == 409 and "不是您申请的" in text_of(asked) and "撤回申请" not in text_of(asked)
    )
    version = str(version_of(counter, case_id))
    for path, more in (
        ("withdraw", {}),
        ("supply", {}),
        ("papers", {"requirement": "report", "how": "promise"}),
    ):
        answer = phone.post(f"/my/cases/{number}/{path}/", {"version": version, **more})
        assert answer.status_code == 409 and "不是您申请的" in text_of(answer)
    assert queries.case(counter.clerk, case_id).line.state is State.RECEIVED


def test_an_inquiry_of_the_police_leaves_no_trace_of_its_name(phone, person, counter):
    number = queries.case(
        counter.clerk, opened(counter, "assisted_inquiry", person_id=person.id)
    ).line.number
    other = queries.case(
        counter.clerk, opened(counter, "social_security_card", person_id=person.id)
    ).line.number
    factories.client_of(counter.clerk).get(f"/cases/{number}/")
    for path in ("", "withdraw/"):
        assert phone.get(f"/my/cases/{number}/{path}").status_code == 404
    for path in ("supply", "withdraw", "papers"):
        assert phone.post(f"/my/cases/{number}/{path}/", {"version": "1"}).status_code == 404
    listed = text_of(phone.get("/my/cases/"))
    assert other in listed and number not in listed and "协助" not in listed
    looked = text_of(phone.get("/my/reads/")).split("您自己看的")[0]
    assert other in looked and number not in looked and "协助" not in looked
    assert "依职责办理业务" in looked  # that somebody looked is told all the same
    told = text_of(phone.get("/my/notices/"))
    assert number not in told and "公安" not in told
