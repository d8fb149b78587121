"""Anybody asks whether a paper is ours: by its code, by its bytes, by a receipt of the journal."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from nianlun.journal import certificates, guesses, operations, queries
from nianlun.journal.certificates import Kind
from nianlun.journal.models import Entry, IssuedDocument, WrongGuess
from nianlun.kernel.document_codes import new_code
from nianlun.kernel.notes import LogKey
from nianlun.kernel.receipts import Receipt
from nianlun.portal import verifying
from nianlun.ui.stamp import VERIFY, Stamp

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def checkpoints(settings, tmp_path):
    """A folder of checkpoints of this test's own."""
    settings.CHECKPOINTS = tmp_path / "checkpoints"


@pytest.fixture
def paper(transactional_db, agency, person, viewer):
    """A paper that was given out and stands in the signed log: its code and its bytes."""
    code = new_code()
    content = b"%PDF-1.7 /Keywords (" + Stamp(code, "").keyword.encode() + b") 3,456.78"
    certificates.seal(
        code, content, kind=Kind.DETERMINATION, about_id=str(person.id), person_id=person.id, holder="周桂兰",
        agency_name=agency.name, division=agency.division, pages=2, by=viewer("clerk"), at=timezone.now(),
    )  # fmt: skip
    operations.sequence(at=timezone.now())
    return code, content


@pytest.fixture
def receipt(paper) -> Receipt:
    """The receipt of its issuing."""
    return operations.receipt(Entry.objects.get(action=certificates.ISSUED).pk, at=timezone.now())


def ask(
    content: bytes | None = None, *, code: str = "", name: str = "paper.pdf", client: Client | None = None
):
    form = {"code": code} if content is None else {"file": SimpleUploadedFile(name, content)}
    return (client or Client()).post(reverse("portal:verify"), form)


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_code_tells_what_the_paper_is_and_of_the_person_the_surname(paper, agency):
    code, _content = paper
    answer = ask(code=code.lower().replace("-", " "))
    assert answer.url == reverse("portal:verify-code", args=[code]) == f"{VERIFY}{code}"
    page = Client().get(answer.url)
    text = words(page)
    for word in ("有效", "待遇计发表", agency.name, "2 页", "周某某", "条，在"):
        assert word in text, word
    assert "桂兰" not in text
    assert page["Cache-Control"].find("no-store") >= 0


def test_a_wrong_and_an_unknown_code_are_answered_alike(paper):
    code, _ = paper
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    answers = [ask(code=each) for each in (wrong, new_code(), "周桂兰", "/../")]
    assert {a.status_code for a in answers} == {404}
    assert len({re.sub(r"value=\"\w+\"", "", a.content.decode()) for a in answers}) == 1
    assert Client().get(reverse("portal:verify-code", args=[new_code()])).status_code == 404


def test_the_file_as_it_was_is_ours_without_a_name(paper):
    answer = ask(paper[1])
    assert answer.status_code == 200
    assert "一字不差" in words(answer) and "周某" not in words(answer)


def test_a_file_with_our_code_and_another_amount_was_changed(paper):
    text = words(ask(paper[1].replace(b"3,456.78", b"9,456.78")))
    assert "内容被改过" in text and "现在有效" not in text and "周某" not in text


def test_a_file_of_somebody_else_is_not_ours(paper):
    assert "不是我们发出的" in words(ask(b"%PDF-1.4 somebody else's"))


def test_a_withdrawn_and_a_superseded_paper_say_so(paper, person, agency, viewer):
    code, _ = paper
    later = new_code()
    certificates.seal(
        later, b"%PDF later", kind=Kind.DETERMINATION, about_id=str(person.id), person_id=person.id,
        holder="周桂兰", agency_name=agency.name, division=agency.division, pages=2, by=viewer("clerk"),
        at=timezone.now(),
    )  # fmt: skip
    assert "以新的为准" in words(Client().get(f"{VERIFY}{code}"))
    certificates.withdraw(
        certificates.by_code(later).id, scope=agency.division, reason="出生日期有误", by=viewer("clerk"),
        at=timezone.now(),
    )  # fmt: skip
    text = words(Client().get(f"{VERIFY}{later}"))
    assert "已撤回" in text and "出生日期" not in text
    assert "刚刚出具" in text  # not yet sequenced


@pytest.mark.parametrize("change", [{"pages": 20}, {"sha512": "0" * 128}])
def test_a_register_that_contradicts_the_log_is_not_believed(paper, change):
    IssuedDocument.objects.update(**change)
    assert "登记有疑问" in words(Client().get(f"{VERIFY}{paper[0]}"))


def test_an_entry_that_was_altered_is_not_believed(paper):
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE journal_entry SET purpose = '别的' WHERE action = %s", [certificates.ISSUED])
    assert "登记有疑问" in words(Client().get(f"{VERIFY}{paper[0]}"))


def test_a_receipt_is_checked_step_by_step(receipt):
    answer = ask(receipt.to_json().encode(), name="receipt.json")
    text = words(answer)
    assert answer.status_code == 200 and "回执是真的" in text
    for word in ("由日志", "一字未改，是日志第", "没有设见证方", "只增不改"):
        assert word in text, word


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"said": "[]"}, "内容或位置被改过"),
        ({"leaf_index": 0, "tree_size": 99}, "条数与检查点不同"),
        ({"entry_id": 77}, "内容或位置被改过"),
        ({"path": ["00" * 32]}, "内容或位置被改过"),
        ({"format": "nianlun-receipt/9"}, "不认识的格式"),
    ],
)
def test_an_altered_receipt_fails_at_the_step_where_it_was_altered(receipt, change, word):
    answer = ask(json.dumps(json.loads(receipt.to_json()) | change).encode(), name="receipt.json")
    assert answer.status_code == 422
    assert "回执不能证明" in words(answer) and word in words(answer)


def test_a_receipt_that_brings_its_own_key_proves_nothing(receipt, tmp_path, settings):
    LogKey.create(tmp_path / "other.json", name="nianlun.elsewhere/journal")
    settings.LOG_KEY = tmp_path / "other.json"
    assert "不是本系统开的" in words(ask(receipt.to_json().encode()))


def test_a_receipt_from_before_the_log_was_rewritten_says_so(receipt):
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE journal_tile SET hashes = decode(repeat('00', length(hashes)), 'hex')")
    answer = ask(receipt.to_json().encode())
    assert answer.status_code == 422 and "以回执为准" in words(answer)


HOSTILE = [
    b"", b"{", b"{}", b"\xff\xfe{", b"[" * 100_000, b'{"a":' * 50_000, b'{"format":"nianlun-receipt/1"}',
    b'{"format":"nianlun-receipt/1","entry_id":' + b"9" * 5000 + b"}", b'{"a":1e999999}', b"{" + b" " * 300_000,
    b'{"said":"\\ud800"}', b"%PDF-1.7 nianlun-document:", b"%PDF nianlun-document:\xff\xfe\x00" * 50,
    b"PK\x03\x04" * 99,
    b'{"format":"nianlun-receipt/1","a":{"a":{"a":1}},"a":2}',
]  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_is_handed_in_is_answered_with_a_sentence(db, content):  # S7.5
    answer = ask(content, name="x.json")
    assert answer.status_code in {200, 422}
    text = words(answer)
    assert any(word in text for word in ("不能证明", "不是我们发出的", "任选一样"))


def test_a_file_of_21_megabytes_is_refused_without_being_read(db, monkeypatch):
    monkeypatch.setattr(verifying, "by_file", lambda _content: 1 / 0)
    answer = ask(b"x" * (21 * 1024 * 1024))
    assert answer.status_code == 413 and "超过 20 MB" in words(answer)


def test_a_file_just_small_enough_lies_on_no_disk(db, monkeypatch, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "not there")
    assert ask(b"%PDF" + b"x" * (19 * 1024 * 1024)).status_code == 200


def test_a_form_without_a_token_is_refused(db):
    assert ask(code=new_code(), client=Client(enforce_csrf_checks=True)).status_code == 403


def test_after_thirty_wrong_questions_a_source_waits_an_hour_and_others_do_not(paper):
    code, content = paper
    for _ in range(guesses.MOST - 1):
        ask(code="x")
    assert ask(b"%PDF no").status_code == 200  # the thirtieth
    for answer in (ask(code=code), ask(content), Client().get(f"{VERIFY}{code}")):
        assert answer.status_code == 429 and "一小时后再试" in words(answer)
    elsewhere = Client(REMOTE_ADDR="203.0.113.7")
    assert elsewhere.get(f"{VERIFY}{code}").status_code == 200
    WrongGuess.objects.update(at=timezone.now() - guesses.WITHIN)
    assert Client().get(f"{VERIFY}{code}").status_code == 200


def test_right_questions_are_not_counted_and_of_a_source_no_address_is_kept(paper):
    for _ in range(3):
        Client().get(f"{VERIFY}{paper[0]}")
    assert not WrongGuess.objects.exists()
    ask(code="x", client=Client(REMOTE_ADDR="203.0.113.7"))
    assert b"203.0.113.7" not in bytes(WrongGuess.objects.get().source)


def test_whoever_has_a_whole_network_of_addresses_is_one_source(db, now):
    for host in range(guesses.MOST):
        guesses.count(f"2001:db8:1:2::{host:x}", at=now)
    assert guesses.is_stopped("2001:db8:1:2:ffff::1", at=now)
    assert not guesses.is_stopped("2001:db8:1:3::1", at=now)
    assert not guesses.is_stopped("", at=now)


def test_asking_leaves_no_trace_in_the_journal(paper):
    before = queries.entry_count()
    Client().get(f"{VERIFY}{paper[0]}")
    ask(paper[1])
    ask(code="x")
    assert queries.entry_count() == before


def test_the_keys_and_the_newest_checkpoint_are_there_for_everybody(paper, receipt):
    keys = Client().get(reverse("portal:verify-keys"))
    assert keys["Content-Type"].startswith("text/plain")
    assert receipt.log_key in keys.content.decode().splitlines()
    note = Client().get(reverse("portal:verify-checkpoint"))
    assert note.content.decode() == receipt.checkpoint


def test_without_a_key_or_a_checkpoint_that_is_said(db, settings, tmp_path):
    settings.LOG_KEY = tmp_path / "missing.json"
    for name in ("portal:verify-keys", "portal:verify-checkpoint"):
        answer = Client().get(reverse(name))
        assert answer.status_code == 503 and "稍后再试" in answer.content.decode()


def test_the_number_of_questions_to_the_database_does_not_grow_with_the_register(
    paper, person, agency, viewer
):
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            Client().get(f"{VERIFY}{paper[0]}")
        return len(asked)

    before = count()
    for n in range(5):
        certificates.seal(
            new_code(), bytes([n]), kind=Kind.COPY, about_id="x", person_id=None, holder="", pages=1,
            agency_name=agency.name, division=agency.division, by=viewer("clerk"), at=timezone.now(),
        )  # fmt: skip
    assert count() == before
