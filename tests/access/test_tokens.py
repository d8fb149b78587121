"""Tokens of programs: of one agency, for some things, for a time; made by one officer, let work by another (S2.8)."""

import io
import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from tests import factories

from nianlun.access import command, keys, operations, queries
from nianlun.access.domain import (
    LONGEST_TERM,
    SCOPES,
    NotAToken,
    NotVisible,
    Refused,
    Right,
    TokenScope,
    rights_lent,
)
from nianlun.access.models import Account, Token
from nianlun.access.queries import Standing
from nianlun.config.command import parser
from nianlun.journal.models import Entry

pytestmark = pytest.mark.django_db
COUNTS = "/api/v1/cases/counts"
SEPARATE = {Right.CASE_REVIEW, Right.CASE_CONFIRM, Right.CASE_APPROVE, Right.CASE_PAY, Right.CASE_HEAR}


def asked(token: str, address: str = COUNTS) -> int:
    return Client().get(address, headers={"Authorization": f"Bearer {token}"}).status_code


def made(officer, **given):
    wanted = {
        "name": "政务服务网收件",
        "scope": "130606",
        "agency_name": "莲池区养老保险经办处",
        "scopes": [TokenScope.CASES_READ],
        "until": timezone.now() + timedelta(days=30),
        "at": timezone.now(),
    }
    return operations.make_token(officer, **(wanted | given))


def test_no_scope_lends_a_right_to_a_separate_step():
    assert not rights_lent(list(TokenScope)) & SEPARATE
    assert set(SCOPES) == set(TokenScope)


def test_a_token_works_only_once_another_officer_has_released_it(viewer):
    officer, security = viewer("system_officer"), viewer("security_officer")
    token = made(officer)
    assert asked(token.text) == 401
    with pytest.raises(Refused):
        operations.release_token(officer, token.id, at=timezone.now())
    operations.release_token(security, token.id, at=timezone.now())
    assert asked(token.text) == 200
    with pytest.raises(Refused, match="已经启用"):
        operations.release_token(security, token.id, at=timezone.now())


def test_two_posts_of_one_person_do_not_make_and_release_a_token(viewer):
    officer, security = viewer("system_officer"), viewer("security_officer")
    holder = Account.objects.get(pk=officer.account_id).holder
    Account.objects.filter(pk=security.account_id).update(holder=holder)
    with pytest.raises(Refused, match="不能是同一个人"):
        operations.release_token(security, made(officer).id, at=timezone.now())


def test_the_database_itself_refuses_one_hand_for_both(viewer):
    token = made(viewer("system_officer"))
    row = Token.objects.get(pk=token.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Token.objects.filter(pk=row.pk).update(released_by=row.made_by, released_at=timezone.now())


def test_unknown_expired_revoked_and_unreleased_tokens_are_answered_alike(viewer):
    good, expired = factories.program("cases.read"), factories.program("cases.read")
    revoked, waiting = factories.program("cases.read"), made(viewer("system_officer")).text
    ends = Token.objects.get(digest=keys.token_digest(expired))
    long_ago = timezone.now() - timedelta(days=40)
    Token.objects.filter(pk=ends.pk).update(made_at=long_ago, until=long_ago + timedelta(days=1))
    lost = Token.objects.get(digest=keys.token_digest(revoked))
    operations.revoke_token(viewer("security_officer"), lost.pk, at=timezone.now())
    assert asked(good) == 200
    answers = {
        Client().get(COUNTS, headers={"Authorization": f"Bearer {text}"} if text else {}).content
        for text in (expired, revoked, waiting, "nianlun_" + "x" * 43, "x", "", "nianlun_长")
    }
    assert len(answers) == 1
    assert json.loads(answers.pop())["status"] == 401
    assert Entry.objects.filter(action="access.token_refused", outcome="refused").count() == 3


def test_a_signed_in_browser_counts_for_nothing_here(viewer, client_of):
    assert client_of(viewer("clerk")).get(COUNTS).status_code == 401
    response = client_of(viewer("clerk")).get(COUNTS)
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_scope_that_is_missing_is_refused_and_journaled():
    token = factories.program("persons.read")
    assert asked(token) == 403
    assert Entry.objects.filter(action="access.page_refused", outcome="refused").exists()


def test_one_request_too_many_in_a_minute_waits():
    token = factories.program("cases.read", per_minute=2)
    at = timezone.now().replace(second=10, microsecond=0)
    assert [queries.shown_token(token, at=at).wait_seconds for _ in range(4)] == [0, 0, 50, 50]
    assert queries.shown_token(token, at=at + timedelta(minutes=1)).wait_seconds == 0
    Token.objects.update(used_in=99, counted_from=timezone.now().replace(second=0, microsecond=0))
    response = Client().get(COUNTS, headers={"Authorization": f"Bearer {token}"})
    assert response.status_code in (200, 429)  # 200 where the minute has just turned
    if response.status_code == 429:
        assert 1 <= int(response["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "x"}, "哪个程序"),
        ({"scopes": []}, "至少选一项"),
        ({"until": timezone.now() - timedelta(days=1)}, "今天或以后"),
        ({"until": timezone.now() + LONGEST_TERM + timedelta(days=1)}, "最长一年"),
        ({"per_minute": 0}, "每分钟"),
        ({"scope": "莲池"}, "行政区划"),
        ({"agency_name": " "}, "哪个机构"),
    ],
)
def test_what_a_token_cannot_be_is_said(viewer, given, told):
    with pytest.raises(NotAToken, match=told):
        made(viewer("system_officer"), **given)
    assert not Token.objects.exists()


def test_no_token_reaches_beyond_its_officer(viewer):
    with pytest.raises(NotVisible):
        made(viewer("system_officer"), scope="13")
    with pytest.raises(Refused):
        made(viewer("security_officer"))


def test_only_the_digest_is_kept_and_the_text_is_shown_once(viewer, client_of):
    client = client_of(viewer("system_officer"))
    sent = {"name": "政务服务网", "agency": "莲池区经办处", "scope": "130606", "scopes": "cases.read"}
    last = (timezone.localdate() + timedelta(days=90)).isoformat()
    page = client.post("/tokens/new/", {**sent, "last": last}).content.decode()
    text = page.split("<code>nianlun_")[1][:43]
    assert text not in client.get("/tokens/").content.decode()
    row = Token.objects.select_related("account").get()
    assert text.encode() not in bytes(row.digest)
    assert not row.account.has_usable_password()
    security = client_of(viewer("security_officer"))
    assert "启用" in security.get("/tokens/").content.decode()
    assert security.post(f"/tokens/{row.pk}/release/").status_code == 302
    assert asked("nianlun_" + text) == 200
    assert client.post(f"/tokens/{row.pk}/revoke/").status_code == 302
    assert asked("nianlun_" + text) == 401
    done = Entry.objects.filter(about_id=str(row.pk)).order_by("pk").values_list("action", flat=True)
    assert list(done)[:3] == ["access.token_made", "access.token_released", "access.token_revoked"]


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(viewer, client_of):
    client = client_of(viewer("system_officer"))
    response = client.post(
        "/tokens/new/", {"name": "政务服务网", "agency": "x", "scope": "130606", "last": "x"}
    )
    assert response.status_code == 422
    assert "有效期的最后一天" in response.content.decode()
    assert "政务服务网" in response.content.decode()
    assert client_of(viewer("clerk")).get("/tokens/").status_code == 404


def test_the_list_shows_the_own_scope_only_and_its_queries_do_not_grow(
    viewer, client_of, django_assert_max_num_queries
):
    factories.program("cases.read", scope="130102", name="长安程序")
    client = client_of(viewer("auditor"))
    factories.program("cases.read", name="近处程序0")
    client.get("/tokens/")
    with django_assert_max_num_queries(12) as few:
        client.get("/tokens/")
    for number in range(1, 4):
        factories.program("cases.read", name=f"近处程序{number}")
    with django_assert_max_num_queries(len(few.captured_queries)):
        page = client.get("/tokens/").content.decode()
    assert "近处程序3" in page
    assert "长安程序" not in page


def test_the_account_of_a_program_is_nothing_without_its_token(viewer):
    factories.program("cases.read", "cases.write")
    row = Token.objects.select_related("account").get()
    assert queries.viewer_of(row.account_id).rights == frozenset()
    operations.ask_for_password(username=row.account.username, address="", at=timezone.now())
    assert queries.password_requests(viewer("system_officer"), at=timezone.now()) == []


def test_what_runs_when_a_token_is_revoked_finds_that(viewer):
    token = factories.program("cases.write")
    shown = queries.shown_token(token, at=timezone.now())
    with transaction.atomic():
        assert queries.still(shown.viewer).may(Right.CASE_ACCEPT)
    operations.revoke_token(viewer("system_officer"), shown.token_id, at=timezone.now())
    with pytest.raises(NotVisible), transaction.atomic():
        queries.still(shown.viewer)


def test_the_command_lists_tokens_without_their_texts(capsys):
    token = factories.program("cases.read")
    assert command.list_tokens(parser().parse_args(["access", "tokens", "--json"])) == 0
    told = capsys.readouterr()
    (line,) = [json.loads(each) for each in io.StringIO(told.out)]
    assert (line["standing"], line["scopes"]) == (Standing.GOOD.value, ["cases.read"])
    assert token not in told.out + told.err
