"""Rows that leave as a file: the limit, the second person, one fetching, a day; and nothing a spreadsheet obeys."""

import csv
import io
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from tests.vault.small_archive import work

from nianlun.access import operations as access
from nianlun.access.domain import NotVisible, Refused
from nianlun.journal.models import Entry
from nianlun.watch import exports
from nianlun.watch.domain.exporting import harmless, needs_approval, seen, unseen
from nianlun.watch.exports.files import entry_of, written
from nianlun.watch.models import Export

WHY = "核对本月到龄人员"


def ask(viewer, *, at, file_format="csv", name="desk.people", token=None, **filters) -> UUID:
    return exports.ask(
        viewer,
        name=name,
        filters=filters,
        file_format=file_format,
        reason=WHY,
        token=token or uuid4(),
        at=at,
    )


def state(export_id: UUID) -> str:
    return str(Export.objects.get(pk=export_id).state)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_taken_for_a_formula_in_either_format(start):
    name = f"{start}cmd|' /C calc'!A0"
    table = {"headings": ("姓名",), "rows": [(name,)], "mark": "=1+1", "entry_id": 7}
    text = rows_of(written("csv", **table))
    book = CalamineWorkbook.from_filelike(io.BytesIO(written("xlsx", **table))).get_sheet_by_index(0)
    for rows in (text, book.to_python()):
        assert all(
            not str(cell).startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row
        )
    assert harmless("周桂兰") == "周桂兰"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_file_names_its_taker_and_carries_the_number_of_its_entry(kind):
    content = written(kind, headings=("姓名",), rows=[("周桂兰",)], mark="赵强 2026-11-23", entry_id=40_321)
    assert entry_of(content) == 40_321
    if kind == "xlsx":
        first = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[0][0]
    else:
        first = rows_of(content)[0][0]
    assert first.startswith("赵强 2026-11-23")
    assert seen(first) == 40_321  # also in a row that was copied out
    assert entry_of(b"PK nothing") is None and entry_of("没有编号".encode()) is None


@given(st.integers(0, 2**63 - 1), st.text(alphabet="周桂兰 12", max_size=4))
def test_any_number_goes_unseen_and_comes_back(number, around):
    hidden = unseen(number)
    assert not hidden.isprintable()
    assert seen(around + hidden + around) == number
    assert seen(around) is None


@given(st.lists(st.sampled_from([1, 99, 100, 101, 200]), max_size=4))
def test_no_cutting_into_pieces_takes_more_than_the_limit_without_a_word(pieces):
    taken = 0
    for rows in pieces:
        if not needs_approval(rows, lately=taken, allowed=200):
            taken += rows
    assert taken <= 200


@pytest.mark.django_db(transaction=True)
def test_a_short_list_is_made_at_once_and_fetched_once_by_its_asker_within_a_day(viewer, crowd, now):
    clerk, people = viewer("clerk", name="赵强"), crowd(3)
    token = uuid4()
    export_id = ask(clerk, at=now, token=token)
    assert ask(clerk, at=now, token=token) == export_id  # the form was sent twice
    with pytest.raises(Refused, match="正在制作"):
        exports.fetch(clerk, export_id, at=now)
    work()
    row = Export.objects.get(pk=export_id)
    assert row.state == "ready" and "赵".encode() not in bytes(row.content_sealed)
    with pytest.raises(NotVisible):
        exports.fetch(viewer("clerk"), export_id, at=now)
    with pytest.raises(Refused, match="过期"):
        exports.fetch(clerk, export_id, at=row.expires_at)
    file = exports.fetch(clerk, export_id, at=row.made_at + timedelta(hours=23))
    mark, headings, *rows = rows_of(file.content)
    assert "赵强" in mark[0] and WHY in mark[0] and headings[0] == "姓名"
    assert len(rows) == len(people) and all("••••••••••" in row[1] for row in rows)
    asked = Entry.objects.get(pk=entry_of(file.content))
    assert (asked.action, asked.account_id, asked.rows) == ("watch.export_asked", clerk.account_id, 3)
    with pytest.raises(Refused, match="已经取走"):
        exports.fetch(clerk, export_id, at=row.made_at)
    assert Export.objects.get(pk=export_id).content_sealed is None


@pytest.mark.django_db(transaction=True)
def test_a_long_list_waits_for_another_person_and_pieces_of_it_too(viewer, crowd, now):
    clerk, leader = viewer("clerk", name="赵强"), viewer("leader", name="陈平")
    crowd(201)
    long = ask(clerk, at=now)
    assert (state(long), exports.count_waiting(leader)) == ("waiting", 1)
    with pytest.raises(Refused, match="不能"):
        exports.decide(clerk, long, agree=True, reason="", at=now)
    with pytest.raises(NotVisible):
        exports.decide(viewer("leader", scope="130102"), long, agree=True, reason="", at=now)
    with pytest.raises(Refused, match="理由"):
        exports.decide(leader, long, agree=False, reason="", at=now)
    exports.decide(leader, long, agree=True, reason="", at=now)
    with pytest.raises(Refused, match="刷新"):
        exports.decide(viewer("leader"), long, agree=False, reason="材料不全", at=now)
    work()
    assert len(rows_of(exports.fetch(clerk, long, at=now + timedelta(hours=1)).content)) == 203
    shorter = ask(clerk, at=now, q="赵")
    assert state(shorter) == "making"
    Export.objects.filter(pk=shorter).update(rows=195)
    assert state(ask(clerk, at=now + timedelta(hours=23), q="钱")) == "waiting"
    assert state(ask(clerk, at=now + timedelta(hours=25), q="钱")) == "making"
    with pytest.raises(IntegrityError, match="export_decided_by_another"), transaction.atomic():
        Export.objects.filter(pk=long).update(decided_by=clerk.account_id)


@pytest.mark.django_db(transaction=True)
def test_what_the_asker_may_no_longer_see_is_not_made_and_what_nobody_fetches_is_destroyed(
    viewer, crowd, now
):
    clerk, other = viewer("clerk"), viewer("clerk")
    crowd(2)
    stopped, late = ask(clerk, at=now), ask(other, at=now)
    access.stop_queries(clerk, reason="一小时内查阅超过 120 人", at=now)
    work()
    assert (state(stopped), state(late)) == ("failed", "ready")
    expires = Export.objects.get(pk=late).expires_at
    assert exports.sweep(at=expires) == 1
    assert (state(late), Export.objects.get(pk=late).content_sealed) == ("expired", None)


@pytest.mark.django_db
def test_bad_requests_are_refused_in_words(viewer, crowd, now):
    clerk = viewer("clerk")
    with pytest.raises(Refused, match="没有可导出的行"):
        ask(clerk, at=now)
    crowd(1)
    for change in ({"file_format": "exe"}, {"reason": "好"}):
        said = {"name": "desk.people", "filters": {}, "file_format": "csv", "reason": WHY, **change}
        with pytest.raises(Refused):
            exports.ask(clerk, token=uuid4(), at=now, **said)
    with pytest.raises(Refused, match="只有一个人"):
        ask(clerk, at=now, q="1101 0519491231 002X")
    for name, filters in (("no.list", {}), ("desk.register", {"category": "none"})):
        with pytest.raises(NotVisible):
            ask(clerk, at=now, name=name, **filters)
    for role in ("scanner", "auditor", "security_officer", "insured"):
        with pytest.raises(Refused):
            ask(viewer(role), at=now)


@pytest.mark.django_db(transaction=True)
def test_through_the_pages_from_the_list_to_the_file(viewer, client_of, crowd):
    browser = client_of(viewer("clerk", name="赵强"))
    crowd(2)
    assert "list=desk.people" in browser.get("/people/").content.decode()
    form = browser.get("/exports/new/?list=desk.people&q=")
    assert "2 行" in form.content.decode()
    sent = {"list": "desk.people", "format": "xlsx", "reason": WHY, "token": str(uuid4())}
    assert browser.post("/exports/new/", {**sent, "reason": "好"}).status_code == 422
    assert browser.post("/exports/new/", sent).status_code == 302
    work()
    assert "取走文件" in browser.get("/exports/").content.decode()
    export_id = Export.objects.get().pk
    file = browser.post(f"/exports/{export_id}/file/")
    assert file["Content-Disposition"].startswith("attachment") and file.content.startswith(b"PK")
    assert browser.post(f"/exports/{export_id}/file/").status_code == 302
    assert "已经取走" in browser.get("/exports/").content.decode()
    for bad in ("/exports/new/", "/exports/new/?list=x"):
        assert browser.get(bad).status_code == 404
    assert browser.post("/exports/new/", {**sent, "token": "x"}).status_code == 404
    assert client_of(viewer("leader")).get("/exports/waiting/").status_code == 200
