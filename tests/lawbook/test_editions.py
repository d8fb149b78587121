"""What the program ships and what was changed here lie on top of one another; nothing recorded is ever altered."""

import pytest
from django.db import IntegrityError, connection, transaction
from tests.lawbook.conftest import base_of_2026

from nianlun.lawbook import operations, queries, recording
from nianlun.lawbook.domain import Source
from nianlun.lawbook.models import Edition, EditionFile, TableText
from nianlun.policy.lawbook import law_book, shipped

pytestmark = pytest.mark.django_db
PATH = "130000/pension_base.toml"


@pytest.fixture
def new_program(monkeypatch):
    """`new_program({path: text})` is an upgrade that ships these texts instead."""

    def upgrade(files):
        book = law_book({**shipped().files, **files})
        monkeypatch.setattr(recording, "shipped", lambda: book)
        monkeypatch.setattr(queries, "shipped", lambda: book)
        return book

    return upgrade


def test_the_shipped_edition_is_recorded_when_first_used_and_signed_by_nobody():
    assert queries.current().digest == queries.current().digest == shipped().digest
    [row] = Edition.objects.all()
    assert (row.number, row.source, row.proposed_by, row.approved_by) == (1, "program", None, None)
    assert row.files.count() == len(shipped().files)


def test_a_new_program_brings_an_edition_with_the_local_changes_on_top(approved, new_program):
    approved()
    text = shipped().files["national/late_fee.toml"] + "# 新版程序\n"
    upgraded = new_program({"national/late_fee.toml": text})
    book = queries.current()
    assert book.digest not in (shipped().digest, upgraded.digest)
    assert book.files["national/late_fee.toml"] == text
    assert "7600" in book.files[PATH]
    assert [line.source for line in queries.editions()] == [Source.PROGRAM, Source.DRAFT, Source.PROGRAM]
    assert [(one.path, one.outdated) for one in queries.overridden()] == [(PATH, False)]
    queries.current()
    assert Edition.objects.count() == 3


def test_a_shipped_file_that_changes_under_a_local_one_is_told(approved, new_program):
    approved()
    new_program({PATH: shipped().files[PATH] + "# 新版程序\n"})
    assert "7600" in queries.current().files[PATH]
    assert [(one.path, one.outdated) for one in queries.overridden()] == [(PATH, True)]


def test_going_back_to_an_older_program_keeps_the_newer_tables(new_program, monkeypatch):
    queries.current()
    text = shipped().files["national/late_fee.toml"] + "# 新版程序\n"
    upgraded = new_program({"national/late_fee.toml": text})
    assert queries.current().digest == upgraded.digest
    monkeypatch.undo()
    assert queries.current().digest == upgraded.digest
    assert Edition.objects.count() == 2


def test_where_program_and_local_changes_do_not_go_together_the_edition_before_stays(approved, new_program):
    approved()
    before = queries.current().digest
    assert queries.conflict() == ""
    renamed = {
        path: text.replace('topic = "计发"', 'topic = "计算"')
        for path, text in shipped().files.items()
        if path.endswith("/pension_base.toml")
    }
    new_program(renamed)
    assert queries.current().digest == before
    assert "表头" in queries.conflict()
    assert Edition.objects.count() == 2


def test_texts_are_kept_once_for_all_editions(approved):
    approved()
    different = set(queries.current().files.values()) | set(shipped().files.values())
    assert TableText.objects.count() == len(different)


def test_an_edition_whose_texts_were_exchanged_is_not_used(approved):
    number = approved()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE lawbook_editionfile SET text_id = shipped WHERE edition_id = %s AND amended", [number]
        )
    queries._shelf._books.clear()
    with pytest.raises(queries.EditionBroken, match="与登记时不符"):
        queries.current()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE lawbook_edition SET reason = 'x'", "只增不改"),
        ("DELETE FROM lawbook_edition WHERE number = 2", "只增不改"),
        ("UPDATE lawbook_editionfile SET path = path", "只增不改"),
        ("DELETE FROM lawbook_editionfile", "只增不改"),
        ("UPDATE lawbook_tabletext SET text = text || ' '", "只增不改"),
        ("DELETE FROM lawbook_tabletext", "只增不改"),
        ("INSERT INTO lawbook_tabletext VALUES (repeat('0', 64), 'value = 1')", "named_by_its_digest"),
        ("UPDATE lawbook_draft SET title = 'x'", "办结的修订草案不改"),
        ("DELETE FROM lawbook_draft", "办结的修订草案不改"),
        ("UPDATE lawbook_draftfile SET path = path", "提交以后草案的文件不改"),
        ("DELETE FROM lawbook_draftfile", "提交以后草案的文件不改"),
        (
            "INSERT INTO lawbook_edition (number, digest, program_digest, source, at, proposed_by_name,"
            " approved_by_name, reason) SELECT 9, digest, program_digest, source, at, '', '', ''"
            " FROM lawbook_edition WHERE number = 2",
            "edition_signed_unless_shipped",
        ),
    ],
)
def test_the_database_itself_keeps_what_was_decided(approved, statement, words):
    approved()
    with pytest.raises(IntegrityError, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_one_person_cannot_sign_twice_in_the_database_either(officer, opened, approved, now):
    approved()
    draft_id = opened(base_of_2026(value=7700))
    operations.submit(officer, draft_id, retroactive_reason="省里来文，按文件填写", at=now)
    for statement, words in (
        (
            "UPDATE lawbook_draft SET decided_by_id = proposed_by_id, decided_at = now(), state = 'approved'"
            " WHERE state = 'submitted'",
            "draft_two_people",
        ),
        (
            "INSERT INTO lawbook_edition (number, digest, program_digest, source, at, draft_id, proposed_by_id,"
            " approved_by_id, proposed_by_name, approved_by_name, reason)"
            " SELECT 9, 'd', 'p', 'draft', now(), id, proposed_by_id, proposed_by_id, '', '', ''"
            " FROM lawbook_draft WHERE state = 'submitted'",
            "edition_two_people",
        ),
        (
            "UPDATE lawbook_draft SET state = 'approved' WHERE state = 'submitted'",
            "draft_decided_by_somebody",
        ),
        ("UPDATE lawbook_draft SET state = 'gone' WHERE state = 'submitted'", "draft_state_known"),
        ("UPDATE lawbook_draft SET region = '../x' WHERE state = 'submitted'", "draft_region_is_a_folder"),
    ):
        with (
            pytest.raises(IntegrityError, match=words),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_the_truncate_triggers_are_there_outside_tests():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid::regclass::text LIKE 'lawbook_%' AND tgtype & 32 = 32"
        )
        assert cursor.fetchone() == (5,)


def test_reading_the_current_edition_costs_one_query_once_it_is_known(approved, django_assert_num_queries):
    approved()
    queries.current()
    with django_assert_num_queries(1):
        queries.current()
    assert EditionFile.objects.filter(amended=True).values_list("path", flat=True).get() == PATH
