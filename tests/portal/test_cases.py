"""Own cases on the phone: applying, sending what is wanted, seeing where it stands, and nobody else's."""

import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image
from tests import factories
from tests.business.counter import Counter, accepted, details_for, give_all, opened, passed, version_of

from nianlun.cases import queries
from nianlun.cases.domain.flow import State
from nianlun.cases.models import Case
from nianlun.cases.operations import door, pausing, payout

pytestmark = pytest.mark.django_db
TYPE = "social_security_card"


@pytest.fixture(autouse=True)
def no_checks(monkeypatch):
    """What the system finds in a case is tested where it finds it."""
    monkeypatch.setattr("nianlun.cases.checks.findings", lambda case, *, on: [])


@pytest.fixture
def person():
    return factories.person(name="周桂兰", sex="female")


@pytest.fixture
def phone(person):
    return factories.client_of(factories.insured(person))


@pytest.fixture
def counter():
    return Counter(at=timezone.now() - timedelta(hours=2))


def sent(**more: str) -> dict[str, str]:
    return {f"field-{code}": text for code, text in details_for(TYPE).items()} | more


def text_of(response) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", response.content.decode())


def a_photo() -> SimpleUploadedFile:
    kept = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(kept, "JPEG")
    return SimpleUploadedFile("身份证.jpg", kept.getvalue(), content_type="image/jpeg")


def test_an_application_is_filled_in_looked_over_and_sent_once(phone):
    form = phone.get(f"/my/cases/apply/{TYPE}/")
    key = re.search(r'name="request_key" value="([^"]+)"', form.content.decode())[1]
    check = phone.post(f"/my/cases/apply/{TYPE}/", sent(request_key=key, step="check"))
    assert "核对后提交" in text_of(check) and Case.objects.count() == 0
    first = phone.post(f"/my/cases/apply/{TYPE}/", sent(request_key=key, step="send"))
    again = phone.post(f"/my/cases/apply/{TYPE}/", sent(request_key=key, step="send"))
    assert first.status_code == again.status_code == 302 and first.url == again.url
    assert Case.objects.count() == 1
    assert "已收到，等工作人员看材料" in text_of(phone.get(first.url))


def test_what_is_missing_is_said_at_the_field_and_nothing_typed_is_lost(phone):
    given = sent(request_key="x", step="check")
    asked = next(iter(details_for(TYPE)))
    given[f"field-{asked}"] = ""
    answer = phone.post(f"/my/cases/apply/{TYPE}/", given)
    assert answer.status_code == 422
    kept = [text for code, text in details_for(TYPE).items() if code != asked and text]
    assert all(text in answer.content.decode() for text in kept)


def test_a_payment_that_failed_says_what_to_bring(phone, person, counter):
    case_id = accepted(counter, "transfer_out", person_id=person.id)
    passed(counter, case_id, "clerk", "reviewer", "leader")
    payout.payment_failed(
        case_id,
        by=counter.finance,
        version=version_of(counter, case_id),
        reason="银行退回，账号已销户",
        at=counter.tick(),
    )
    number = queries.case(counter.clerk, case_id).line.number
    said = text_of(phone.get(f"/my/cases/{number}/"))
    assert "已批准，款没有付成，等您换账户" in said
    assert "银行退回，账号已销户" in said
    assert "带本人身份证和银行卡到窗口" in said
    assert "不办了，撤回" not in said
    refused = phone.post(f"/my/cases/{number}/withdraw/", {"version": str(version_of(counter, case_id))})
    assert refused.status_code == 409
    assert "待遇已经批准，不能撤销" in text_of(refused)


def test_papers_asked_for_are_sent_and_the_case_goes_on(phone, person, counter):
    case_id = opened(counter, TYPE, person_id=person.id)
    give_all(counter, case_id)
    door.accept(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    view = queries.case(counter.clerk, case_id)
    wanted, number = view.type.requirements[0], view.line.number
    pausing.ask_supplement(
        case_id,
        by=counter.clerk,
        version=version_of(counter, case_id),
        missing=[wanted.code],
        text="照片看不清",
        at=counter.tick(),
    )
    page = phone.get(f"/my/cases/{number}/")
    assert "等您补材料" in text_of(page) and "照片看不清" in text_of(page)
    version = str(version_of(counter, case_id))
    early = phone.post(f"/my/cases/{number}/supply/", {"version": version})
    assert early.status_code == 409 and wanted.name in text_of(early)
    hostile = SimpleUploadedFile("身份证.jpg", b"<html>not a picture</html>", content_type="image/jpeg")
    refused = phone.post(
        f"/my/cases/{number}/papers/", {"version": version, "requirement": wanted.code, "file": hostile}
    )
    assert refused.status_code == 409 and "没有收下" in text_of(refused)
    taken = phone.post(
        f"/my/cases/{number}/papers/", {"version": version, "requirement": wanted.code, "file": a_photo()}
    )
    assert taken.status_code == 302
    stale = phone.post(f"/my/cases/{number}/supply/", {"version": version})
    assert stale.status_code == 409 and "已有变动" in text_of(stale)
    phone.post(f"/my/cases/{number}/supply/", {"version": str(version_of(counter, case_id))})
    assert queries.case(counter.clerk, case_id).line.state is State.FIRST_REVIEW


def test_a_decided_case_says_what_came_of_it_and_takes_nothing_more(phone, person, counter):
    case_id = opened(counter, TYPE, person_id=person.id)
    give_all(counter, case_id)
    door.accept(case_id, by=counter.clerk, version=version_of(counter, case_id), at=counter.tick())
    passed(counter, case_id, "clerk", "reviewer")
    view = queries.case(counter.clerk, case_id)
    page = text_of(phone.get(f"/my/cases/{view.line.number}/"))
    assert "办好了" in page and "上传" not in page and "撤回" not in page
    assert counter.clerk.name not in page  # posts are shown, names are not
    assert "经办" in page
    late = phone.post(
        f"/my/cases/{view.line.number}/papers/",
        {"version": "99", "requirement": view.type.requirements[0].code, "file": a_photo()},
    )
    assert late.status_code == 409


def test_an_application_is_taken_back_after_a_second_thought(phone, person, counter):
    case_id = opened(counter, TYPE, person_id=person.id)
    number = queries.case(counter.clerk, case_id).line.number
    assert "您要撤回" in text_of(phone.get(f"/my/cases/{number}/withdraw/"))
    phone.post(f"/my/cases/{number}/withdraw/", {"version": str(version_of(counter, case_id))})
    assert "已撤销" in text_of(phone.get(f"/my/cases/{number}/"))


def test_another_person_s_case_is_not_there(phone, counter):
    other = factories.person(name="李丽", sex="female")
    number = queries.case(counter.clerk, opened(counter, TYPE, person_id=other.id)).line.number
    for path in ("", "withdraw/"):
        found, nowhere = (
            phone.get(f"/my/cases/{number}/{path}"),
            phone.get(f"/my/cases/130606-2026-999999/{path}"),
        )
        assert found.status_code == nowhere.status_code == 404
        assert len(found.content) == len(nowhere.content)
    assert phone.post(f"/my/cases/{number}/supply/", {"version": "1"}).status_code == 404
    assert number not in text_of(phone.get("/my/cases/"))


def test_only_what_may_be_applied_for_on_the_phone_is_offered(phone):
    assert phone.get("/my/cases/apply/benefit_payment/").status_code == 404
    assert phone.get("/my/cases/apply/nothing_like_it/").status_code == 404
