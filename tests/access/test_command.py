"""`staff add` founds an installation and no more; `access rights` and `access routes` tell who may do what."""

import io
import json
import sys

import pytest
from tests import factories

from nianlun.access import command
from nianlun.access.models import Grant
from nianlun.config.command import parser

pytestmark = pytest.mark.django_db


def run(monkeypatch, *words: str) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(factories.PASSWORD + "\n"))
    args = parser().parse_args([*words])
    return args.run(args)


def found(monkeypatch, username: str, role: str, *more: str) -> int:
    words = ("--name", "李静", "--role", role, "--scope", "130606", "--agency", "莲池", "--json")
    return run(monkeypatch, "staff", "add", username, *words, *more)


def test_once_the_three_officers_are_in_office_posts_are_given_in_four_steps(monkeypatch, viewer):
    found(monkeypatch, "first", "clerk")
    for officer in ("system_officer", "security_officer", "auditor"):
        viewer(officer)
    with pytest.raises(command.Founded, match="四步四人"):
        found(monkeypatch, "second", "clerk")
    assert found(monkeypatch, "third", "clerk", "--founding", "冀人社函〔2026〕1号") == 0
    grounds = Grant.objects.filter(account__username__in=["first", "third"]).order_by("pk")
    assert list(grounds.values_list("founding", flat=True)) == ["安装时创设", "冀人社函〔2026〕1号"]


def test_an_employer_s_account_is_no_post_and_is_made_all_the_same(monkeypatch, viewer):
    for officer in ("system_officer", "security_officer", "auditor"):
        viewer(officer)
    assert found(monkeypatch, "danwei01", "employer") == 0


def test_when_an_officer_s_post_has_lapsed_the_installation_can_be_founded_again(monkeypatch, viewer):
    for officer in ("system_officer", "security_officer", "auditor"):
        last = viewer(officer)
    Grant.objects.filter(account_id=last.account_id).update(until=factories.START.replace(day=6))
    assert found(monkeypatch, "second", "auditor") == 0


def test_the_ledger_as_json_and_as_lines(monkeypatch, capsys, viewer):
    clerk = viewer("clerk", name="李敏")
    over = viewer("clerk", name="王过期")
    Grant.objects.filter(account_id=over.account_id).update(until=factories.START.replace(day=6))
    assert run(monkeypatch, "access", "rights", "--json") == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert (line["name"], line["role"], line["founding"], line["hands"]) == (
        clerk.name,
        "clerk",
        "安装时创设",
        [],
    )
    run(monkeypatch, "access", "rights", "--all")
    assert "王过期" in capsys.readouterr().out


def test_every_route_is_told_with_its_rule(monkeypatch, capsys):
    assert run(monkeypatch, "access", "routes", "--json") == 0
    told = {route["address"]: route for route in json.loads(capsys.readouterr().out)}
    assert told["/rights/ledger/"]["right"] == "grant.read"
    assert told["/sign-in/"]["open"]
    assert told["/rights/requests/<int:request_id>/sign/"]["fresh"]
    assert any(address.startswith("/api/") for address in told)
