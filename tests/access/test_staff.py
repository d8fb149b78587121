"""Staff accounts: made, listed, switched on and off; personas in the demo only."""

import io
import json
import sys
from types import SimpleNamespace

import pytest
from django.core.checks import run_checks
from django.test import Client
from django.urls import Resolver404, resolve
from django.utils import timezone
from tests import factories

from nianlun.access import checks, command, operations, queries
from nianlun.access.domain import NotVisible, Refused, Role
from nianlun.access.models import Account
from nianlun.config.command import parser
from nianlun.journal.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.access.urls")]


def test_the_staff_list_shows_the_own_scope_only_and_its_queries_do_not_grow(
    viewer, client_of, django_assert_max_num_queries
):
    officer = viewer("system_officer")
    near = [viewer("clerk", name=f"近处{number}") for number in range(12)]
    factories.staff("clerk", scope="130102", name="远处")
    factories.staff("clerk", scope="1306", name="上级")
    client = client_of(officer)
    client.get("/staff/")
    with django_assert_max_num_queries(7):  # one counts the vault's incidents, one the own unread messages
        text = client.get("/staff/").content.decode()
    assert all(each.name in text for each in near)
    assert "远处" not in text
    assert "上级" not in text


def test_an_account_of_another_scope_is_not_there(viewer, client_of):
    far = factories.staff("clerk", scope="130102")
    client = client_of(viewer("system_officer"))
    assert client.get(f"/staff/{far.account_id}/").status_code == 404
    assert client.post(f"/staff/{far.account_id}/active/", {"active": "no"}).status_code == 404
    assert Account.objects.get(pk=far.account_id).is_active
    assert client.get("/staff/99999999/").status_code == 404


def test_switching_an_account_off_and_on_is_journaled_once_each(viewer, client_of):
    officer, clerk = viewer("system_officer"), viewer("clerk")
    client = client_of(officer)
    for active in ("no", "no", "yes"):
        assert client.post(f"/staff/{clerk.account_id}/active/", {"active": active}).status_code == 302
    done = Entry.objects.filter(action__startswith="access.account_", account_id=officer.account_id)
    assert list(done.order_by("pk").values_list("action", flat=True)) == [
        "access.account_deactivated",
        "access.account_activated",
    ]
    assert "停用" in client.get(f"/staff/{clerk.account_id}/").content.decode()


def test_nobody_switches_the_own_account(viewer):
    officer = viewer("system_officer")
    with pytest.raises(Refused):
        operations.set_active(officer, account_id=officer.account_id, active=False, at=timezone.now())


def test_who_may_look_may_not_yet_switch(viewer, client_of):
    security, clerk = viewer("security_officer"), viewer("clerk")
    client = client_of(security)
    page = client.get(f"/staff/{clerk.account_id}/").content.decode()
    assert "停用账号" not in page
    assert client.post(f"/staff/{clerk.account_id}/active/", {"active": "no"}).status_code == 404
    with pytest.raises(Refused):
        operations.set_active(security, account_id=clerk.account_id, active=False, at=timezone.now())


def test_an_officer_of_a_district_makes_no_account_for_the_province(viewer, now):
    made = {
        "username": "new",
        "name": "新",
        "role": Role.CLERK,
        "agency_name": "",
        "password": None,
        "at": now,
    }
    with pytest.raises(NotVisible):
        operations.add_account(by=viewer("system_officer"), scope="13", **made)
    with pytest.raises(Refused):
        operations.add_account(by=viewer("clerk"), scope="130606", **made)


def run_staff_add(monkeypatch, password: str, username: str = "lijing") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(password + "\n"))
    args = [
        "staff",
        "add",
        username,
        "--name",
        "李静",
        "--role",
        "clerk",
        "--scope",
        "130606",
        "--agency",
        "莲池",
        "--json",
    ]
    return command.add_staff(parser().parse_args(args))


def test_the_first_account_is_made_on_the_command_line(monkeypatch, capsys):
    assert run_staff_add(monkeypatch, factories.PASSWORD, "LiJing") == 0
    told = json.loads(capsys.readouterr().out)
    assert queries.viewer_named("lijing").account_id == told["id"]
    client = Client()
    assert (
        client.post("/sign-in/", {"username": "lijing", "password": factories.PASSWORD}).status_code == 302
    )


@pytest.mark.parametrize("password", ["shebao2024", "lijing-Tulv-Hai-9", "kurz", "130606196604280411", ""])
def test_a_weak_password_makes_no_account(monkeypatch, password):  # S1.2
    with pytest.raises(operations.WeakPassword):
        run_staff_add(monkeypatch, password)
    assert not Account.objects.exists()


def test_a_login_is_given_out_once(monkeypatch):
    run_staff_add(monkeypatch, factories.PASSWORD)
    with pytest.raises(operations.LoginTaken, match="已经有了"):
        run_staff_add(monkeypatch, factories.PASSWORD, "LIJING")


def test_personas_are_not_even_an_address_outside_the_demo(viewer, now):
    with pytest.raises(Resolver404):
        resolve("/personas/")
    with pytest.raises(NotVisible):
        operations.sign_in_persona(viewer("clerk").account_id, at=now)


@pytest.mark.urls("tests.access.demo_urls")
def test_in_the_demo_a_click_for_each_step_signs_in_a_persona_and_nobody_else(settings, viewer):
    settings.DEMO = True
    persona, ordinary = viewer("reviewer", name="陈复核"), viewer("clerk")
    factories.authenticator(persona)
    Account.objects.filter(pk=persona.account_id).update(persona="复核别人审过的主张")
    client = Client()
    assert "复核别人审过的主张" in client.get("/personas/").content.decode()
    assert "选一个演示角色" in client.get("/sign-in/").content.decode()
    for bad in (ordinary.account_id, "", "x", "9" * 30, "²"):
        assert client.post("/personas/", {"account": bad}).status_code == 404
    asked = client.post("/personas/", {"account": persona.account_id, "next": "/anyone/"})
    assert asked["Location"] == "/sign-in/second/?next=%2Fanyone%2F"
    assert "用演示动态口令" in client.get(asked["Location"]).content.decode()
    sent = client.post("/sign-in/second/", {"second_factor.demo": "yes", "next": "/anyone/"})
    assert sent["Location"] == "/anyone/"
    assert client.get("/anyone/").content.decode() == "陈复核"
    settings.DEMO = False
    assert client.post("/personas/", {"account": persona.account_id}).status_code == 404


def test_production_does_not_start_with_the_demo_s_open_door(settings):
    assert not checks.demo_in_production(settings)
    for wanted in (
        SimpleNamespace(DEMO=True, SETTINGS_MODULE="nianlun.config.settings.production"),
        SimpleNamespace(DEMO=True, SETTINGS_MODULE="site.settings", SECURE_SSL_REDIRECT=True),
    ):
        assert checks.demo_in_production(wanted)
    settings.DEMO, settings.SECURE_SSL_REDIRECT = True, True
    assert "access.E001" in {message.id for message in run_checks(tags=["security"])}


def test_settings_without_the_gate_are_told(settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "nianlun" not in name]
    assert {"access.E002", "access.E003"} <= {message.id for message in run_checks(tags=["security"])}
