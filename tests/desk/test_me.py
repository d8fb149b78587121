"""One's own page: sessions, factors, posts, and whose files one opened."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests import factories

from nianlun.access import operations as access
from nianlun.journal.models import Entry

pytestmark = pytest.mark.django_db


def test_the_own_page_tells_what_is_in_use_and_its_queries_do_not_grow(
    viewer, client_of, django_assert_max_num_queries
):
    clerk = viewer("clerk", name="李静")
    factories.authenticator(clerk)
    here = client_of(clerk)
    with django_assert_max_num_queries(20) as first:
        text = here.get("/me/").content.decode()
    assert "只有这一处" in text
    assert "这是最后一个，不能移除" in text
    assert "安装时创设" in text
    for _ in range(4):
        client_of(clerk)
        factories.authenticator(clerk)
    with django_assert_max_num_queries(len(first)):
        text = here.get("/me/").content.decode()
    assert "结束其他 4 处" in text
    assert text.count(">移除</button>") == 5


@pytest.mark.parametrize("role", ["scanner", "security_officer", "auditor", "finance"])
def test_every_member_of_staff_has_an_own_page(viewer, client_of, role):
    assert client_of(viewer(role)).get("/me/").status_code == 200


def test_the_insured_have_their_own_pages_and_not_this_one(client_of, person):
    assert client_of(factories.insured(person)).get("/me/").status_code == 404


def test_one_reads_by_day_whose_files_one_opened_and_why(viewer, client_of, person):
    clerk, other = viewer("clerk"), viewer("clerk")
    for who in (clerk, other):
        factories.purpose(who, person.id)
    access.state_purpose(
        clerk, person_id=person.id, purpose="参保人来访查询", at=timezone.now() - timedelta(days=1)
    )
    text = client_of(clerk).get("/me/reads/").content.decode()
    assert text.count("填写查阅事由") == 2
    assert text.count("<h2>") >= 2
    assert person.name in text
    assert "参保人来访查询" in text
    seen = Entry.objects.get(action="desk.list_seen")
    assert (seen.account_id, seen.rows) == (clerk.account_id, 1)


def test_the_reads_are_shown_page_by_page(viewer, client_of, person):
    clerk = viewer("clerk")
    for minute in range(51):
        at = timezone.now() - timedelta(minutes=minute)
        access.state_purpose(clerk, person_id=person.id, purpose=f"核对第{minute:02d}份材料", at=at)
    client = client_of(clerk)
    text = client.get("/me/reads/").content.decode()
    assert "核对第49份材料" in text
    assert "核对第50份材料" not in text
    onward = text.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert "核对第50份材料" in client.get(onward).content.decode()
