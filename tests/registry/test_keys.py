"""Changing the keys: old rows stay readable and findable, and are brought over piece by piece (S5.2)."""

from pathlib import Path

import pytest
from django.db import connection, transaction
from tests import factories

from nianlun.journal.models import Entry
from nianlun.kernel.cipher import KeyMissing, Keyring
from nianlun.registry import keys, operations, queries
from nianlun.registry.domain import AlreadyRegistered
from nianlun.registry.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyring_file(settings, tmp_path: Path) -> Path:
    settings.KEYRING = tmp_path / "keyring.json"
    Keyring.create(settings.KEYRING)
    return settings.KEYRING


def test_after_a_change_of_keys_old_rows_are_read_found_and_not_registered_twice(
    keyring_file, agency, viewer
):
    number = factories.identity_number()
    line = factories.person(agency, number=number)
    keys.keyring().rotate(keyring_file)
    assert keys.keyring().current == 2
    assert queries.person(viewer("clerk"), line.id).masked_identity_number == line.masked_identity_number
    assert queries.find_by_identity_number(viewer("clerk"), number).id == line.id
    with pytest.raises(AlreadyRegistered):
        factories.person(agency, number=number)


def test_resealing_goes_on_where_it_was_broken_off_and_then_the_old_key_is_not_needed(
    keyring_file, agency, viewer, now
):
    numbers = [factories.identity_number() for _ in range(5)]
    for number in numbers:
        factories.person(agency, number=number)
    fresh = keys.keyring().rotate(keyring_file)
    assert operations.reseal(at=now, limit=2) == operations.Resealed(done=2, left=3)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        operations.reseal(at=now, limit=2)
        raise ZeroDivisionError  # broken off: that round is undone whole
    factories.person(agency)  # new rows use the new key at once
    assert operations.reseal(at=now, limit=2) == operations.Resealed(done=2, left=1)
    assert operations.reseal(at=now, limit=2) == operations.Resealed(done=1, left=0)
    assert operations.reseal(at=now, limit=2) == operations.Resealed(done=0, left=0)
    assert sum(Entry.objects.filter(action="registry.resealed").values_list("rows", flat=True)) == 5
    keyring_file.write_text(Keyring(current=2, pairs={2: fresh.pairs[2]})._written())
    clerk = viewer("clerk")
    for number in numbers:
        assert queries.find_by_identity_number(clerk, number).masked_identity_number[-4:] == number[-4:]


def test_without_its_key_nothing_opens_and_the_sentence_says_what_to_do(keyring_file, agency):
    line = factories.person(agency)
    keyring_file.unlink()
    with pytest.raises(KeyMissing, match="请从保管处恢复"):
        queries.system_person(line.id)


def test_every_row_has_its_own_nonce(keyring_file, agency):
    number = factories.identity_number()
    line = factories.person(agency, number=number)
    first = bytes(Person.objects.get(pk=line.id).identity_number_sealed)
    Person.objects.update(key_version=0)
    operations.reseal(at=factories.START)
    assert bytes(Person.objects.get(pk=line.id).identity_number_sealed) != first


def test_names_are_found_by_their_index(agency):
    """With many rows the planner takes the gram index; here it is asked whether it can."""
    factories.person(agency, name="张伟")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT 1 FROM registry_person WHERE grams @@ '''张伟'''::tsquery")
        assert "person_grams" in "\n".join(row[0] for row in cursor.fetchall())


def test_keys_are_made_once_and_rotated_by_command_and_old_rows_stay_readable(
    agency, tmp_path, settings, capsys
):
    from nianlun.config.command import parser

    person = factories.person(agency)
    path = tmp_path / "keyring.json"
    path.write_text(Path(settings.KEYRING).read_text())
    settings.KEYRING = path
    for words in (["keys", "rotate"], ["keys", "reseal", "--json"]):
        args = parser().parse_args(words)
        assert args.run(args) == 0
    assert '"resealed": 1' in capsys.readouterr().out
    assert queries.system_person(person.id).masked_identity_number == person.masked_identity_number
