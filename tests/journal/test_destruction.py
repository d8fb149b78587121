"""What an entry says can be destroyed by law, by two people, and the log still verifies."""

import pytest
from django.db import transaction
from tests.journal.logs import AT, behind_the_back, deed

from nianlun.journal import domain, operations, queries
from nianlun.journal.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)
AUTHORITY = "冀人社销〔2026〕3号"


@pytest.fixture
def people(viewer):
    return viewer("auditor", name="钱明"), viewer("security_officer", name="周安")


def test_the_content_is_gone_and_the_log_and_its_proofs_still_hold(people, person):
    by, approved_by = people
    numbers = [deed(f"第{n}人", person_id=person.id, purpose="核对缴费") for n in range(3)]
    operations.sequence(at=AT)
    before = queries.inclusion(numbers[1])
    notice = operations.destroy_contents(
        numbers[:2], authority=AUTHORITY, by=by, approved_by=approved_by, at=AT
    )
    operations.sequence(at=AT)
    emptied = Entry.objects.get(pk=numbers[1])
    assert emptied.content() == domain.emptied_content(at=AT)
    assert bytes(emptied.salt) == b""
    told = Entry.objects.get(pk=notice)
    assert (told.name, told.details["approved_by"], told.details["authority"]) == (
        "钱明",
        "周安",
        AUTHORITY,
    )
    assert set(told.details["entries"]) == {str(number) for number in numbers[:2]}
    report = queries.verify_log()
    assert (report.faults, report.emptied) == ([], 2)
    assert queries.inclusion(numbers[1]).leaf == before.leaf
    assert [line.what for line in queries.entries(scope="1") if line.id == numbers[0]] == [
        "（内容已依法销毁）"
    ]
    with pytest.raises(domain.ContentDestroyed):
        queries.receipt(numbers[1])


@pytest.mark.parametrize(
    "which", ["the same person", "no authority", "nothing", "not there", "not in the log"]
)
def test_without_decision_second_person_or_place_in_the_log_nothing_is_destroyed(which, people):
    by, approved_by = people
    number = deed("张三")
    operations.sequence(at=AT)
    later = deed("还在等")
    with pytest.raises(operations.NotDestroyed):
        operations.destroy_contents(
            {"nothing": [], "not there": [number, 10**9], "not in the log": [later]}.get(which, [number]),
            authority=" " if which == "no authority" else AUTHORITY,
            by=by,
            approved_by=by if which == "the same person" else approved_by,
            at=AT,
        )
    assert Entry.objects.get(pk=number).about == "张三"
    assert not Entry.objects.filter(action=domain.CONTENTS_DESTROYED).exists()


def test_what_tells_of_a_destruction_cannot_be_destroyed(people):
    by, approved_by = people
    number = deed("张三")
    operations.sequence(at=AT)
    notice = operations.destroy_contents(
        [number], authority=AUTHORITY, by=by, approved_by=approved_by, at=AT
    )
    operations.sequence(at=AT)
    with pytest.raises(operations.NotDestroyed):
        operations.destroy_contents([notice], authority=AUTHORITY, by=by, approved_by=approved_by, at=AT)


def test_the_time_of_an_emptied_entry_and_its_notice_are_still_held_to(people):
    by, approved_by = people
    numbers = [deed("张三"), deed("李四")]
    operations.sequence(at=AT)
    notice = operations.destroy_contents(
        numbers, authority=AUTHORITY, by=by, approved_by=approved_by, at=AT
    )
    operations.sequence(at=AT)

    def found(statement: str, *given: object) -> set[int]:
        with transaction.atomic():
            with behind_the_back() as cursor:
                cursor.execute(statement, given)
            faults = {fault.entry_id for fault in queries.verify_log().faults}
            transaction.set_rollback(True)
        return faults

    assert found("UPDATE journal_entry SET at = at - interval '1 day' WHERE id = %s", numbers[0]) == {
        numbers[0]
    }
    assert {notice, *numbers} == found(
        "UPDATE journal_entry SET details = jsonb_set(details, '{authority}', '\"别的\"') WHERE id = %s",
        notice,
    )
    assert queries.verify_log().sound
