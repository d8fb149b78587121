"""The gate: who is let in, what refusal looks like, and what stays in the journal."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils import timezone
from tests import factories

from nianlun.access import frame, gate, operations
from nianlun.access.models import Account, Session
from nianlun.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]
SOMEBODY = UUID("019abcde-0000-7000-8000-000000000001")


def last_entry() -> Entry:
    return Entry.objects.order_by("-pk").first()


def without_tokens(response) -> str:
    """The text of an answer without what differs each time."""
    return "\n".join(
        line for line in response.content.decode().splitlines() if "csrfmiddlewaretoken" not in line
    )


def test_a_page_without_a_rule_is_never_served(viewer, client_of, settings):
    with pytest.raises(ImproperlyConfigured):
        client_of(viewer("clerk")).get("/bare/")
    settings.SECURE_SSL_REDIRECT = True  # as in production
    response = client_of(viewer("clerk")).get("/bare/", secure=True)
    assert response.status_code == 404
    assert b"secret" not in response.content


def test_somebody_unknown_is_sent_to_sign_in_and_comes_back():
    response = Client().get("/reading/?a=1")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=%2Freading%2F%3Fa%3D1"
    assert response["Cache-Control"] == "no-store"


def test_a_fragment_sends_the_whole_page_to_sign_in():
    page = {"HX-Request": "true", "Referer": "http://testserver/people/1/"}
    response = Client().get("/polling/", headers=page)
    assert response["HX-Redirect"] == "/sign-in/?next=%2Fpeople%2F1%2F"


def test_who_holds_the_right_is_let_in_and_nothing_is_kept_in_caches(viewer, client_of):
    clerk = viewer("clerk", name="李静")
    response = client_of(clerk).get("/reading/")
    assert response.content.decode() == "李静 130606"
    assert response["Cache-Control"] == "no-store"  # S5.5


def test_a_missing_right_looks_like_a_missing_page_and_is_journaled(viewer, client_of):
    client = client_of(viewer("scanner", name="赵强"))
    refused, absent = client.get("/reading/"), client.get("/no-such-page/")
    assert refused.status_code == absent.status_code == 404
    assert without_tokens(refused).replace("/reading/", "") == without_tokens(absent).replace(
        "/no-such-page/", ""
    )
    entry = last_entry()
    assert (entry.action, entry.outcome, entry.name) == ("access.page_refused", "refused", "赵强")
    assert entry.about == "查看参保人"
    assert entry.address == "127.0.0.1"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", [f"/invisible/{SOMEBODY}/", "/refusing/"])
def test_what_a_refused_page_had_begun_is_undone_but_the_refusal_stays(viewer, client_of, address):
    clerk = viewer("clerk", name="李静")
    client_of(clerk).get(address)
    assert Account.objects.get(pk=clerk.account_id).name == "李静"
    assert last_entry().action == "access.page_refused"
    if "invisible" in address:
        assert last_entry().person_id == SOMEBODY


def test_refusing_tells_why_and_not_visible_tells_nothing(viewer, client_of):
    client = client_of(viewer("clerk"))
    refused = client.get("/refusing/")
    assert refused.status_code == 403
    assert "提交人与复核人不能是同一人" in refused.content.decode()
    hidden, missing = client.get(f"/invisible/{SOMEBODY}/"), client.get("/missing/")
    assert hidden.status_code == missing.status_code == 404
    assert without_tokens(hidden).replace(f"/invisible/{SOMEBODY}/", "") == without_tokens(missing).replace(
        "/missing/", ""
    )
    assert "internal words" not in missing.content.decode()


def test_a_file_is_opened_only_with_a_purpose_and_the_purpose_lasts(viewer, client_of):  # S3.1
    clerk = viewer("clerk")
    client = client_of(clerk)
    asked = client.get(f"/people/{SOMEBODY}/?tab=2")
    assert asked["Location"] == f"/people/{SOMEBODY}/purpose/?next=%2Fpeople%2F{SOMEBODY}%2F%3Ftab%3D2"
    form = client.get(asked["Location"])
    assert "办哪件事" in form.content.decode()
    sent = client.post(
        f"/people/{SOMEBODY}/purpose/",
        {"purpose": "退休待遇核定前核对档案", "next": f"/people/{SOMEBODY}/?tab=2"},
    )
    assert sent["Location"] == f"/people/{SOMEBODY}/?tab=2"
    assert client.get(f"/people/{SOMEBODY}/").content.decode() == "退休待遇核定前核对档案"
    entry = Entry.objects.get(action="access.purpose_stated")
    assert (entry.person_id, entry.purpose) == (SOMEBODY, "退休待遇核定前核对档案")
    other = client_of(viewer("clerk"))
    assert other.get(f"/people/{SOMEBODY}/").status_code == 302


def test_a_purpose_that_says_nothing_is_asked_for_again_and_what_was_typed_stays(viewer, client_of):
    response = client_of(viewer("clerk")).post(f"/people/{SOMEBODY}/purpose/", {"purpose": "查<b>"})
    assert response.status_code == 422
    assert "至少写" in response.content.decode()
    assert 'value="查&lt;b&gt;"' in response.content.decode()


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil"]
)
def test_nobody_is_led_away_to_another_site(viewer, client_of, onward):
    sent = client_of(viewer("clerk")).post(
        f"/people/{SOMEBODY}/purpose/", {"purpose": "退休待遇核定前核对档案", "next": onward}
    )
    assert sent["Location"] == f"/people/{SOMEBODY}/"


def test_a_switched_off_account_is_out_at_the_next_request(viewer, client_of):  # S1.6
    clerk, officer = viewer("clerk"), viewer("system_officer")
    client = client_of(clerk)
    assert client.get("/reading/").status_code == 200
    operations.set_active(officer, account_id=clerk.account_id, active=False, at=timezone.now())
    assert client.get("/reading/").status_code == 302


def test_a_changed_role_counts_at_the_next_request(viewer, client_of):  # S1.6
    clerk = viewer("clerk")
    client = client_of(clerk)
    assert client.get("/reading/").status_code == 200
    factories.change_post(clerk, "scanner")
    assert client.get("/reading/").status_code == 404


def idle_for(minutes: float) -> None:
    since = timezone.now() - timedelta(minutes=minutes)
    Session.objects.update(seen_at=since, signed_in_at=since)


def test_an_idle_session_ends_with_a_word_and_an_entry(viewer, client_of):  # S1.6
    client = client_of(viewer("clerk"))
    client.get("/reading/")
    idle_for(14)
    assert client.get("/reading/").status_code == 200
    idle_for(15.1)
    ended = client.get("/reading/", follow=True)
    assert ended.redirect_chain == [("/sign-in/?next=%2Freading%2F", 302)]
    assert "15 分钟没有操作" in ended.content.decode()
    assert last_entry().action == "access.session_ended"
    assert client.get("/reading/").status_code == 302


def test_a_page_that_asks_by_itself_does_not_keep_a_session_alive(viewer, client_of):
    client = client_of(viewer("clerk"))
    idle_for(10)
    for page, keeps_alive in (("/polling/", False), ("/reading/", True)):
        before = Session.objects.get().seen_at
        assert client.get(page).status_code == 200
        assert (Session.objects.get().seen_at > before) is keeps_alive


def test_an_open_page_knows_who_is_there_but_asks_nobody(viewer, client_of):
    assert Client().get("/anyone/").content.decode() == "没有登录"
    assert client_of(viewer("clerk", name="李静")).get("/anyone/").content.decode() == "李静"


def test_a_page_called_past_the_gate_refuses(rf: RequestFactory):
    from tests.access.urls import reading

    with pytest.raises(ImproperlyConfigured):
        reading(rf.get("/reading/"))


def test_a_database_that_is_away_is_told_in_one_sentence(viewer, client_of, monkeypatch):  # S8.2
    client = client_of(viewer("clerk"))

    def away(*_args, **_kwargs):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(gate.DefaultDeny, "_recognise", away)
    response = client.get("/reading/")
    assert response.status_code == 503
    assert "数据库没有应答" in response.content.decode()
    assert "server closed" not in response.content.decode()


def test_the_frame_is_furnished_by_higher_components(viewer, client_of, monkeypatch):
    monkeypatch.setattr(frame, "_furnishers", [])

    @gate.furnish
    def duties(request, found):
        return {"duties": [{"label": f"{found.role.label}待办", "count": 3, "url": "/todo/"}]}

    response = client_of(viewer("clerk")).get(f"/people/{SOMEBODY}/purpose/")
    assert "经办待办 <b>3</b>" in response.content.decode()


def test_the_cost_of_the_gate_is_three_queries(viewer, client_of, django_assert_num_queries):
    client = client_of(viewer("clerk"))
    client.get("/reading/")
    with django_assert_num_queries(5):  # session, its account, a stop, and the savepoint of ATOMIC_REQUESTS
        client.get("/reading/")
