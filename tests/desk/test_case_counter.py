"""Taking a case in at the counter: kinds of business, the form, the look over it; nothing typed is lost."""

from uuid import uuid4

import pytest
from django.urls import reverse
from tests import factories
from tests.business.counter import details_for
from tests.desk.casework import form, page

from nianlun.cases.models import Case

pytestmark = pytest.mark.django_db


def test_the_counter_lists_every_kind_it_takes_in_and_finds_one_by_a_word(client_of, counter):
    client = client_of(counter.clerk)
    everything = page(client.get(reverse("desk:case-new")))
    assert "退休审核" in everything
    assert "20 个工作日" in everything
    found = page(client.get(reverse("desk:case-new"), {"q": "退休"}))
    assert "退休审核" in found
    assert "社会保障卡申领" not in found


def test_what_was_typed_stays_when_something_is_wrong(client_of, counter, person):
    client = client_of(counter.clerk)
    sent = form("retirement", about="没有这个人", request_key=str(uuid4()), step="check")
    sent |= {"d-retire_month": "二〇二六年三月", "d-file_kept_by": "保定第二棉纺厂"}
    answer = client.post(reverse("desk:case-new-of", args=["retirement"]), sent)
    text = page(answer)
    assert answer.status_code == 422
    assert 'href="#d-retire_month"' in text
    assert 'href="#about"' in text
    assert 'value="二〇二六年三月"' in text
    assert 'value="保定第二棉纺厂"' in text
    assert not Case.objects.exists()


def test_of_several_of_one_name_the_clerk_picks_one(client_of, counter):
    one, other = factories.person(name="李秀英"), factories.person(name="李秀英")
    client, key = client_of(counter.clerk), str(uuid4())
    to = reverse("desk:case-new-of", args=["retirement"])
    answer = client.post(to, form("retirement", about="李秀英", request_key=key, step="check"))
    assert one.masked_identity_number in page(answer)
    picked = {"about": "李秀英", "about_was": "李秀英", "picked": str(other.id)}
    answer = client.post(to, form("retirement", **picked, request_key=key, step="check"))
    assert answer.status_code == 200
    assert str(other.id) in page(answer)
    client.post(to, form("retirement", picked=str(other.id), request_key=key, step="open"))
    assert Case.objects.get().person_id == other.id


def test_the_whole_application_is_shown_once_more_and_a_double_click_makes_one_case(
    client_of, counter, person
):
    client, key = client_of(counter.clerk), str(uuid4())
    to = reverse("desk:case-new-of", args=["retirement"])
    look = page(client.post(to, form("retirement", about=person.name, request_key=key, step="check")))
    assert "提交前核对" in look
    assert look.count('formaction="#') == 1 + len([t for t in details_for("retirement").values() if t])
    sent = form("retirement", picked=str(person.id), request_key=key, step="open")
    first, second = client.post(to, sent), client.post(to, sent)
    assert first["Location"] == second["Location"]
    assert Case.objects.get().request_key.hex == key.replace("-", "")


def test_a_person_of_another_city_cannot_be_picked(client_of, counter, elsewhere):
    stranger = factories.person(elsewhere)
    sent = form("retirement", picked=str(stranger.id), request_key=str(uuid4()), step="open")
    answer = client_of(counter.clerk).post(reverse("desk:case-new-of", args=["retirement"]), sent)
    assert answer.status_code == 422
    assert stranger.masked_identity_number not in page(answer)
    assert not Case.objects.exists()


def test_an_employer_of_another_city_cannot_be_picked(client_of, counter, elsewhere):
    unit = factories.employer("石家庄市第二棉纺厂", at_agency=elsewhere)
    picked = str(unit)
    sent = form("employer_change", picked=picked, request_key=str(uuid4()), step="open")
    answer = client_of(counter.clerk).post(reverse("desk:case-new-of", args=["employer_change"]), sent)
    assert answer.status_code == 422
    assert "不在您的辖区" in page(answer)
    assert "石家庄市第二棉纺厂" not in page(answer)
    assert not Case.objects.exists()
