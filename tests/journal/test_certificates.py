"""The register of issued documents: what its code, its bytes and the log say of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from nianlun.journal import certificates, queries
from nianlun.journal.certificates import Kind, NotWithdrawn, Standing
from nianlun.journal.models import Entry, IssuedDocument
from nianlun.kernel.digests import digest_bytes
from nianlun.kernel.document_codes import new_code

pytestmark = pytest.mark.django_db
PAPER = b"%PDF-1.7 the determination form of somebody"


@pytest.fixture
def give_out(agency, person, viewer):
    """`give_out()` issues a document about the person and returns its code."""

    def make(kind=Kind.DETERMINATION, content=PAPER, *, at=None, about_id="") -> str:
        code = new_code()
        certificates.seal(
            code, content, kind=kind, about_id=about_id or str(person.id), person_id=person.id, holder="周桂兰",
            agency_name=agency.name, division=agency.division, pages=2, by=viewer("clerk"), at=at or timezone.now(),
        )  # fmt: skip
        return code

    return make


def test_a_document_is_found_by_its_code_and_by_its_bytes_and_stands_in_the_journal(give_out, agency):
    code = give_out()
    line = certificates.by_code(code)
    assert line == certificates.by_digests(digest_bytes(PAPER))
    assert (line.holder, line.agency_name, line.pages) == ("周某某", agency.name, 2)
    assert line.standing is Standing.VALID and line.agrees
    entry = Entry.objects.get(pk=line.entry_id)
    assert entry.action == "journal.document_issued"
    assert entry.details["sha512"].replace(" ", "") == digest_bytes(PAPER).sha512
    assert code not in str(entry.content().said()) and "桂兰" not in str(entry.details)


def test_neither_another_code_nor_other_bytes_find_anything(give_out):
    give_out()
    assert certificates.by_code(new_code()) is None
    assert certificates.by_digests(digest_bytes(PAPER + b" ")) is None


def test_a_later_form_about_the_same_person_takes_the_place_of_the_earlier(give_out):
    first, second = give_out(content=b"1"), give_out(content=b"2")
    assert certificates.by_code(first).standing is Standing.SUPERSEDED
    assert certificates.by_code(first).changed_at == certificates.by_code(second).issued_at
    assert certificates.by_code(second).standing is Standing.VALID


def test_forms_of_another_kind_or_person_and_copies_do_not(give_out):
    form = give_out(content=b"1")
    give_out(Kind.EXPLANATION, content=b"2")
    give_out(content=b"3", about_id="somebody else")
    copies = [give_out(Kind.COPY, content=bytes([n])) for n in (4, 5)]
    for code in (form, *copies):
        assert certificates.by_code(code).standing is Standing.VALID


def test_withdrawing_needs_a_reason_and_the_scope_happens_once_and_brings_the_earlier_back(
    give_out, viewer, agency
):
    first, second = give_out(content=b"1"), give_out(content=b"2")
    number, by, at = certificates.by_code(second).id, viewer("clerk"), timezone.now()
    for scope, reason in ((agency.division, "错"), ("999", "出生日期有误"), ("", "出生日期有误")):
        with pytest.raises(NotWithdrawn):
            certificates.withdraw(number, scope=scope, reason=reason, by=by, at=at)
    certificates.withdraw(number, scope=agency.division, reason="出生日期有误", by=by, at=at)
    with pytest.raises(NotWithdrawn, match="已经撤回"):
        certificates.withdraw(number, scope=agency.division, reason="出生日期有误", by=by, at=at)
    withdrawn = certificates.by_code(second)
    assert (withdrawn.standing, withdrawn.changed_at, withdrawn.agrees) == (Standing.WITHDRAWN, at, True)
    assert certificates.by_code(first).standing is Standing.VALID


@pytest.mark.parametrize(
    "change",
    [
        {"sha512": "0" * 128},
        {"pages": 9},
        {"agency_name": "别的机构"},
        {"kind": "copy"},
        {"holder": "李某"},
        {"entry_id": 999_999},
    ],
)
def test_a_row_that_was_altered_contradicts_the_journal(give_out, change):
    code = give_out()
    IssuedDocument.objects.update(**change)
    assert not certificates.by_code(code).agrees


def test_a_withdrawal_taken_back_in_the_database_still_counts(give_out, viewer, agency):
    code = give_out()
    number = certificates.by_code(code).id
    certificates.withdraw(
        number, scope=agency.division, reason="出生日期有误", by=viewer("clerk"), at=timezone.now()
    )
    IssuedDocument.objects.update(withdrawn_at=None)
    line = certificates.by_code(code)
    assert line.standing is Standing.WITHDRAWN and not line.agrees


def test_a_digest_full_of_digits_is_kept_whole_in_the_journal(monkeypatch, give_out):
    digits = "123456789012345678".ljust(128, "a")
    monkeypatch.setattr(
        certificates, "digest_bytes", lambda _content: certificates.Digests(digits, "0" * 64, 3)
    )
    assert certificates.by_code(give_out()).agrees


def test_the_register_of_an_agency_is_listed_latest_first_page_by_page(give_out, agency, now):
    for n in range(5):
        give_out(content=bytes([n]), at=now + timedelta(minutes=n))
    first = certificates.issued(scope=agency.division, limit=3)
    rest = certificates.issued(scope=agency.division, before=first[-1].cursor, limit=3)
    assert [line.issued_at.minute for line in (*first, *rest)] == [4, 3, 2, 1, 0]
    assert certificates.issued(scope="999") == certificates.issued(scope="") == []
    assert certificates.issued(scope=agency.division, before="no cursor") == []


def test_the_register_and_the_journal_are_written_together_or_not_at_all(give_out, monkeypatch):
    monkeypatch.setattr(IssuedDocument.objects, "create", lambda **_row: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        give_out()
    assert not Entry.objects.filter(action=certificates.ISSUED).exists()


def test_the_sentence_of_the_journal_tells_the_kind_and_the_pages(give_out, agency):
    give_out()
    [line] = queries.entries(scope=agency.division, action=certificates.ISSUED)
    assert line.what == "出具待遇计发表，2 页"
